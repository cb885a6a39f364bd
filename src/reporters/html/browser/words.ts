import type { Unit } from '../page-data.ts';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** Three digits or so, with the unit that fits: "5.24 ms", "1.2 s", "1,204/s". */
export function inWords(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined) return '–';
  switch (unit) {
    case 'ms':
      return duration(value);
    case '/s':
      return `${short(value)}/s`;
    case '%':
      return `${short(100 * value)} %`;
    case 'bytes':
      return size(value);
    case '':
      return short(value);
  }
}

function short(n: number): string {
  return n >= 100 || Number.isInteger(n) ? whole.format(n) : n >= 10 ? tenths.format(n) : String(Number(n.toFixed(2)));
}

function duration(ms: number): string {
  if (ms >= 60_000) return clock(ms / 1000);
  if (ms >= 1000) return `${digits(ms / 1000)} s`;
  return ms >= 1 || ms === 0 ? `${digits(ms)} ms` : `${Math.round(1000 * ms)} µs`;
}

function digits(n: number): string {
  return String(Number(n.toPrecision(3)));
}

function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const power = bytes < 1024 ? 0 : Math.min(3, Math.floor(Math.log2(bytes) / 10));
  return `${digits(bytes / 1024 ** power)} ${units[power]}`;
}

/** Seconds from the start of the load: "12s", "1m30s", "2h05m". */
export function clock(seconds: number): string {
  if (seconds < 0) return `−${clock(-seconds)}`;
  if (seconds < 60) return `${Number(seconds.toFixed(1))}s`;
  const s = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60), s % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  if (hours > 0) return `${hours}h${two(minutes)}m${rest > 0 ? `${two(rest)}s` : ''}`;
  return `${minutes}m${rest > 0 ? `${two(rest)}s` : ''}`;
}

/** "p99.9" of 1/(1-p). */
export function percentile(tail: number): string {
  const percent = 100 * (1 - 1 / tail);
  const decimals = Math.max(0, Math.ceil(Math.log10(tail) - 1.999));
  return `p${Number(percent.toFixed(tail < 2 ? 0 : decimals + 1))}`;
}
