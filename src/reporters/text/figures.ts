import { formatSize } from '../../base/units.ts';

const grouped = (digits: number) =>
  new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const whole = grouped(0);
const tenths = grouped(1);
const hundredths = grouped(2);

export function count(n: number): string {
  return whole.format(n);
}

/** One decimal, so that the points of a column stand below each other. */
export function rate(perSecond: number): string {
  return tenths.format(perSecond);
}

/** Hundredths of a millisecond: what loopback needs and a column of seconds still bears. */
export function millis(ms: number | undefined): string {
  return ms === undefined ? '' : hundredths.format(ms);
}

export function bytesRate(bytesPerSecond: number): string {
  return `${formatSize(Math.round(bytesPerSecond))}/s`;
}

/** "0.02 %"; never "0 %" for something. */
export function share(part: number, of: number): string {
  if (part === 0 || of === 0) return '';
  const percent = (100 * part) / of;
  return percent < 0.01 ? '<0.01 %' : `${percent.toFixed(percent < 10 ? 2 : 1)} %`;
}

/** "connection_refused 12, connect_timeout 3", the most frequent first. */
export function causes(by: Readonly<Record<string, number>> | undefined): string {
  return Object.entries(by ?? {})
    .sort((one, other) => other[1] - one[1])
    .map(([cause, n]) => `${cause} ${count(n)}`)
    .join(', ');
}
