import { oneLine } from '../../base/plain-text.ts';
import type { Result } from '../../verdict/result.ts';

/**
 * The result as it may be printed: each text in one line, and nothing in it that a terminal obeys. Names, topics and reasons are of
 * others, as all of a saved result may be. The seconds hold no text, and stay as they are.
 */
export function printable({ series, ...told }: Result): Result {
  return { ...(inLines(told) as Omit<Result, 'series'>), series };
}

function inLines(value: unknown): unknown {
  if (typeof value === 'string') return oneLine(value);
  if (Array.isArray(value)) return value.map(inLines);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [oneLine(key), inLines(one)]));
}
