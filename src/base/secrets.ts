/** What stands in the place of a secret. */
export const mask = '****';

const urlPassword = /(\/\/[^\s:@/'"]*:)([^\s'"]+)(@)/g;
const assigned =
  /(\bpassword["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?:\$\{[^}]*\}|[^\s,}\]#])(?:\$\{[^}]*\}|[^,}\]\n#])*)/gi;
/** Whatever follows the ? of a WebSocket's url may be a signature. */
const urlQuery = /(\bwss?:\/\/[^\s'"?]*\?)([^\s'",\]]+)/g;
const bareReference = /^["']?\$\{[A-Za-z_][A-Za-z0-9_]*\}["']?$/;

/** A text with the passwords of URLs and of `password:` or `password=` masked; plain ${NAME} references stay. */
export function maskSecrets(text: string): string {
  return text
    .replace(urlPassword, (whole, before: string, secret: string, after: string) =>
      bareReference.test(secret) ? whole : `${before}${mask}${after}`,
    )
    .replace(urlQuery, (whole, before: string, query: string) => (bareReference.test(query) ? whole : before + mask))
    .replace(assigned, (whole, before: string, secret: string) =>
      bareReference.test(secret.trim()) ? whole : before + mask + (/\s*$/.exec(secret)?.[0] ?? ''),
    );
}
