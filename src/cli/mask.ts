import { mask, maskedUrl, maskSecrets } from '../base/secrets.ts';

/** The command line as it may be shown and kept: without passwords, and such that it can be pasted into a shell again. */
export function maskedCommandLine(words: readonly string[]): string {
  return words.map((word) => quoted(maskedReport(word) ?? maskedPassword(word) ?? maskSecrets(word))).join(' ');
}

/** A report that goes to a url. */
function maskedReport(word: string): string | undefined {
  return /^(?:--report=)?[a-z]+=https?:/i.test(word) ? maskedUrl(word) : undefined;
}

/** In `--set path=value` the value is all the rest, whatever it holds; headers of a WebSocket are secrets, all of them. */
function maskedPassword(word: string): string | undefined {
  const path = /^(?:--(?:base-)?set=)?[^=\s]*(?:password|headers(?:\.[^=\s]*)?)=/i.exec(word);
  if (path !== null) return path[0] + mask;
  const before = /^(?:--(?:base-)?set=)?brokers[^=]*=.*?\bheaders["']?\s*:\s*/s.exec(word);
  return before === null ? undefined : maskSecrets(before[0]) + mask;
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./*-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
