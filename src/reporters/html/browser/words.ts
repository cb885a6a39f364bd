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
  return ms >= 1 || ms === 0 ? `${digits(ms)} ms` : `${Math.round(1000 * ms)} us`;
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
export function clock(time: number): string {
  if (time < 0) return `−${clock(-time)}`;
  if (time < 60) return `${Number(time.toFixed(1))}s`;
  const s = Math.round(time);
  const [hours, minutes, rest] = [Math.floor(s / 3600), Math.floor((s % 3600) / 60), s % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  const seconds = rest > 0 ? `${two(rest)}s` : '';
  if (hours > 0) return `${hours}h${minutes > 0 || rest > 0 ? `${two(minutes)}m` : ''}${seconds}`;
  return `${minutes}m${seconds}`;
}

/** "p99.9" of 1/(1-p). */
export function percentile(tail: number): string {
  const percent = 100 * (1 - 1 / tail);
  const decimals = Math.max(0, Math.ceil(Math.log10(tail) - 1.999));
  return `p${Number(percent.toFixed(tail < 2 ? 0 : decimals + 1))}`;
}
