const durationMs: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const sizeBytes: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** In the order of their size. */
export const durationUnits = Object.keys(durationMs);
export const sizeUnits = Object.keys(sizeBytes);

const number = '[0-9]+(?:\\.[0-9]+)?';
const timeUnit = '(?:us|ms|s|m|h|d)';

/** What a value with a unit looks like, as JSON Schema and editors check it. */
export const durationPattern = new RegExp(`^(?:0|(?:${number}${timeUnit})+)$`);
export const sizePattern = new RegExp(`^(?:0|${number}(?:B|KB|MB|GB|KiB|MiB|GiB))$`);
export const ratePattern = new RegExp(`^(?:0|${number}/(?:${number})?${timeUnit})$`);
export const sharePattern = new RegExp(`^(?:0|${number}%)$`);

const durationPart = new RegExp(`(${number})(${timeUnit})`, 'g');

/** "250us", "10ms", "1m30s", "0" to milliseconds. */
export function parseDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(durationPart)) total += Number(amount) * (durationMs[unit ?? ''] ?? 0);
  return total;
}

/** "256B", "1KiB" (1,024), "1KB" (1,000), "0" to whole bytes. */
export function parseSize(text: string): number | undefined {
  if (!sizePattern.test(text)) return undefined;
  const unit = text.replace(/^[0-9.]+/, '');
  const bytes = Number.parseFloat(text) * (sizeBytes[unit] ?? 0);
  const whole = Math.round(bytes);
  return Math.abs(bytes - whole) < 1e-6 * whole || bytes === 0 ? whole : undefined;
}

/** "100/s", "1/10s", "6/m", "0" to operations per second. */
export function parseRate(text: string): number | undefined {
  if (!ratePattern.test(text)) return undefined;
  const [amount = '0', per = ''] = text.split('/');
  if (per === '') return 0;
  const perMs = parseDuration(/^[0-9]/.test(per) ? per : `1${per}`) ?? 0;
  return perMs === 0 ? undefined : (Number(amount) * 1000) / perMs;
}

/** "50%" to 0.5, "0" to 0; above 100 % is none. */
export function parseShare(text: string): number | undefined {
  if (!sharePattern.test(text)) return undefined;
  const share = Number.parseFloat(text) / 100;
  return share <= 1 ? share : undefined;
}

/** In the notation that scenarios use: "250us", "1.5ms", "30s", "1m30s", "2h". */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1) return `${short(ms * 1000)}us`;
  if (ms < 1000) return `${short(ms)}ms`;
  if (ms < 60_000) return `${short(ms / 1000)}s`;
  const parts = [];
  let seconds = Math.round(ms / 1000);
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    if (seconds >= size) parts.push(`${Math.floor(seconds / size)}${unit}`);
    seconds %= size;
  }
  return parts.join('');
}

/** "256B", "1.5KiB", "20MiB". */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  if (bytes < 1024 ** 2) return `${short(bytes / 1024)}KiB`;
  if (bytes < 1024 ** 3) return `${short(bytes / 1024 ** 2)}MiB`;
  return `${short(bytes / 1024 ** 3)}GiB`;
}

/** With thousands commas, at most two decimals. */
export function formatCount(n: number): string {
  return n.toLocaleString('en-US', { maximumFractionDigits: 2 });
}

/** "10,000/s", "2.5/s"; below one a second "1/10s". */
export function formatRate(perSecond: number): string {
  if (perSecond > 0 && perSecond < 1) {
    const everyMs = Math.round(1e6 / perSecond) / 1000;
    return `1/${formatDuration(everyMs)}`;
  }
  return `${formatCount(perSecond)}/s`;
}

/** 0 to 1 as "0.013%", to three significant digits. */
export function formatShare(share: number): string {
  return `${Number((share * 100).toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 20 })}%`;
}

/** Three significant digits above 100, two decimals below. */
function short(n: number): string {
  return String(n >= 100 ? Math.round(n * 10) / 10 : Math.round(n * 100) / 100);
}
