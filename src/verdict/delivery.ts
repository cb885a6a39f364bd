import { formatCount } from '../base/units.ts';
import type { Labels } from '../metrics/snapshot.ts';
import { matches, type Totals, type Where } from '../metrics/totals.ts';
import type { Plan } from '../plan/plan.ts';
import { disturbances } from './disturbed.ts';
import { examples } from './examples.ts';
import { type Matched, matchLosses } from './losses.ts';
import type { DeliveryResult, ViolationResult } from './result.ts';
import type { Series } from './series.ts';
import { shareWarnings } from './share-duplicates.ts';

/** A settled metric: how many, and how many of each cause or kind. */
export interface Settled {
  readonly count: number;
  readonly by: Readonly<Record<string, number>>;
}

type CellBalance = {
  readonly labels: Labels;
  readonly expected: number;
  readonly made: number;
  readonly lost: Settled;
  readonly violations: Settled;
  readonly duplicated: number;
  readonly outOfOrder: number;
};

/** What was owed against what arrived, settled after the drain; there is no loss per second. */
export interface Deliveries {
  lost(where: Where): Settled;
  violations(where: Where): Settled;
  expected(where: Where): number;
  readonly rows: readonly DeliveryResult[];
  readonly warnings: readonly string[];
  readonly examples: readonly ViolationResult[];
}

export function settle(plan: Plan, totals: Totals, series: Series): Deliveries {
  const losses = matchLosses(plan, totals, (labels) => series.arrivedAtTheEnd(labels));
  const disturbed = disturbances(plan, totals);
  const why: Why = (labels, lost) => {
    if (labels.qos === 0) return single('qos0', lost);
    const matched = losses?.of(labels);
    return matched === undefined
      ? counted(labels, lost, totals, lossCause(labels, totals, series, disturbed))
      : causes(matched, lost);
  };
  const cells = totals.cells().map((labels) => balance(labels, totals, why));
  const matching = (where: Where) => cells.filter(({ labels }) => matches(labels, where));
  return {
    lost: (where) => joined(matching(where).map((cell) => cell.lost)),
    violations: (where) => joined(matching(where).map((cell) => cell.violations)),
    expected: (where) => sum(matching(where), (cell) => cell.expected),
    rows: rows(cells),
    warnings: [...warnings(cells, totals), ...unmatchedWarnings(cells, totals), ...shareWarnings(plan, totals)],
    examples: examples(plan, totals, losses),
  };
}

/** What a loss of a cell splits into. */
type Why = (labels: Labels, lost: number) => Settled;

function balance(labels: Labels, totals: Totals, why: Why): CellBalance {
  // A cell without a QoS would match the cells of every QoS; deliveries always have one.
  if (labels.qos === undefined) {
    return { labels, expected: 0, made: 0, lost: none, violations: none, duplicated: 0, outOfOrder: 0 };
  }
  const count = (name: 'deliveries_expected' | 'deliveries_made' | 'messages_duplicated' | 'messages_out_of_order') =>
    totals.of(name, labels)?.count ?? 0;
  const expected = count('deliveries_expected');
  const made = count('deliveries_made');
  const duplicated = count('messages_duplicated');
  const outOfOrder = count('messages_out_of_order');
  const lost = why(labels, Math.max(0, expected - made));
  const violations = joined([
    single('acked_not_delivered', lost.by['acked_not_delivered'] ?? 0),
    single('duplicate', totals.causes('messages_duplicated', labels)['forbidden'] ?? 0),
    single('out_of_order', outOfOrder),
  ]);
  return { labels, expected, made, lost, violations, duplicated, outOfOrder };
}

/** What no excuse covers was acknowledged and never came. Never more than was lost, as the counts are what the totals say. */
function causes({ excuses, unclear }: Matched, lost: number): Settled {
  let left = lost;
  const parts: Settled[] = [];
  const take = (cause: string, count: number) => {
    const taken = Math.min(left, count);
    parts.push(single(cause, taken));
    left -= taken;
  };
  for (const [excuse, count] of excuses) take(excuse, count);
  take('unknown', unclear);
  take('acked_not_delivered', left);
  return joined(parts);
}

/**
 * Where messages cannot be matched (a thread died, or had too many pairs), by counts. Of what is lost with the
 * subscribers' sessions, so much may as well be lost because its publish was never acknowledged.
 */
function counted(labels: Labels, lost: number, totals: Totals, cause: string): Settled {
  if (cause !== 'session_gone') return single(cause, lost);
  const unclear = Math.min(lost, totals.of('deliveries_unacked', labels)?.count ?? 0);
  return joined([single(cause, lost - unclear), single('unknown', unclear)]);
}

/** Why a delivery of this cell is missing, as far as counts can tell it. */
function lossCause(labels: Labels, totals: Totals, series: Series, disturbed: (labels: Labels) => boolean): string {
  if (series.arrivedAtTheEnd(labels)) return 'drain_ended';
  const { group, broker } = labels;
  if ((totals.of('sessions_gone', { group, broker })?.count ?? 0) > 0) return 'session_gone';
  return disturbed(labels) ? 'unknown' : 'acked_not_delivered';
}

function rows(cells: readonly CellBalance[]): DeliveryResult[] {
  const found = new Map<string, DeliveryResult>();
  for (const { labels, expected, made, lost, duplicated, outOfOrder } of cells) {
    if (labels.qos === undefined || expected + made + duplicated + outOfOrder === 0) continue;
    const key = `${labels.group} ${labels.qos}`;
    const before = found.get(key);
    found.set(key, {
      group: labels.group,
      qos: labels.qos,
      expected: (before?.expected ?? 0) + expected,
      received: (before?.received ?? 0) + made,
      lost: (before?.lost ?? 0) + lost.count,
      duplicated: (before?.duplicated ?? 0) + duplicated,
      outOfOrder: (before?.outOfOrder ?? 0) + outOfOrder,
    });
  }
  const groups = [...new Set([...found.values()].map((row) => row.group))];
  return groups.flatMap((group) =>
    [...found.values()].filter((row) => row.group === group).sort((a, b) => a.qos - b.qos),
  );
}

function warnings(cells: readonly CellBalance[], totals: Totals): string[] {
  const told = cells
    .filter(({ made, expected }) => made > expected)
    .map(
      ({ labels, made, expected }) =>
        `group ${labels.group}, broker ${labels.broker}, QoS ${labels.qos}: ${made} deliveries for ${expected} expected: ` +
        'this is a bug of mqtt-stress, its counts of loss are not to be trusted',
    );
  const unjudged = totals.of('messages_unjudged')?.count ?? 0;
  if (unjudged > 0) {
    told.push(`${unjudged} messages were counted but not judged: the plan cannot foresee who gets them`);
  }
  return [...told, ...foreignWarnings(totals)];
}

function unmatchedWarnings(cells: readonly CellBalance[], { evidence }: Totals): string[] {
  if (evidence === undefined || evidence.ledger !== undefined) return [];
  if (cells.every(({ labels, lost }) => labels.qos === 0 || lost.count === 0)) return [];
  return [
    'causes of loss are told by counts, not message by message: a thread died, or received from more than 500,000 pairs of a ' +
      'stream and a receiver',
  ];
}

/** What earlier runs left retained comes right after SUBSCRIBE, before anything is measured. */
function foreignWarnings(totals: Totals): string[] {
  const inside = totals.of('messages_foreign')?.count ?? 0;
  const outside = totals.outside('messages_foreign');
  if (inside + outside === 0) return [];
  return [
    `${formatCount(inside + outside)} messages came that are not of this run, ${formatCount(inside)} in the measured window and ` +
      `${formatCount(outside)} outside of it: other publishers use the same topics, or messages were retained there before`,
  ];
}

const none: Settled = { count: 0, by: {} };

function single(cause: string, count: number): Settled {
  return count === 0 ? none : { count, by: { [cause]: count } };
}

function joined(parts: readonly Settled[]): Settled {
  const by: Record<string, number> = {};
  for (const part of parts) {
    for (const [cause, count] of Object.entries(part.by)) by[cause] = (by[cause] ?? 0) + count;
  }
  return { count: sum(parts, (part) => part.count), by };
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
