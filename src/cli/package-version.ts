import { readFileSync } from 'node:fs';

/** Of this package; its package.json stands above dist/src/cli. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
