/** What was measured of one work: figures in its unit, and how it did. */
export type Row = {
  readonly work: string;
  readonly unit: string;
  readonly floor: readonly number[];
  readonly wire: readonly number[];
  readonly mqttjs: readonly number[];
  /** Of the revision that is compared with. */
  readonly other: readonly number[];
  /** wire beside what the goal is about, pair by pair. */
  readonly ratios: readonly number[];
  readonly goal: string;
  readonly met: boolean | undefined;
  /** Why runs did not count. */
  readonly discarded: readonly string[];
};

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

function spread(values: readonly number[]): string {
  if (values.length === 0) return '-';
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[0], median(sorted), sorted.at(-1)].map((value) => (value as number).toFixed(2)).join(' - ');
}

export function verdictOf({ met, goal, ratios, wire }: Row): string {
  if (met === undefined) return `machine too noisy (${Math.max(ratios.length, wire.length)} runs count); asked ${goal}`;
  return `${met ? 'within' : 'ABOVE'} ${goal}`;
}

/** Minimum, median and maximum of each. */
export function table(rows: readonly Row[]): string {
  const compared = rows.some(({ other }) => other.length > 0);
  const lines = rows.map((row) => [
    `${row.work} (${row.unit})`,
    spread(row.floor),
    spread(row.wire),
    ...(compared ? [spread(row.other)] : []),
    spread(row.mqttjs),
    spread(row.ratios),
    verdictOf(row),
  ]);
  const titles = ['work', 'floor', 'wire', ...(compared ? ['compared'] : []), 'mqttjs', 'ratio', 'goal'];
  const all = [titles, ...lines];
  const widths = titles.map((_, i) => Math.max(...all.map((line) => (line[i] as string).length)));
  const padded = (line: readonly string[]) => line.map((cell, i) => cell.padEnd(widths[i] as number));
  return all.map((line) => padded(line).join('  ').trimEnd()).join('\n');
}
