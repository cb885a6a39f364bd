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

const harmless = ['org', 'bucket', 'db', 'rp', 'precision'];
const httpUrl = /\bhttps?:\/\/[^\s'"]*/g;

/** A text with an address that reports go to: a password, and all in its query that may be one, masked. */
export function maskedUrl(text: string): string {
  return text.replace(httpUrl, (url) => {
    const [before = '', query] = url.split(/\?(.*)/s);
    const shown = query
      ?.split('&')
      .map((pair) => (harmless.includes(pair.split('=')[0] ?? '') ? pair : pair.replace(/=.*/s, `=${mask}`)));
    const address = before.replace(/^(https?:\/\/)([^/]*)@/, (_all, scheme: string, user: string) => {
      const [name = ''] = user.split(':');
      return `${scheme}${user.includes(':') ? `${name}:${mask}` : mask}@`;
    });
    return shown === undefined ? address : `${address}?${shown.join('&')}`;
  });
}
