import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';

/** Of the result file; its number changes where a reader of the one before would go wrong. */
export const resultSchema = 'mqtt-stress/result/1';

/** What a result was made with and on. */
export interface Versions {
  readonly tool: string;
  readonly node: string;
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes?: number;
}

/** Of this package; its package.json stands above dist/src/base. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

export function readVersions(): Versions {
  return {
    tool: packageVersion(),
    node: process.version,
    os: `${platform()} ${release()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
}
