import { formatDuration } from '../base/units.ts';
import { Histogram } from '../metrics/histogram.ts';
import type { Totals } from '../metrics/totals.ts';
import type { Plan } from '../plan/plan.ts';
import { asksForRate } from './asked.ts';
import { causesOf, clockWarnings } from './causes.ts';
import type { Result, TrustVerdict } from './result.ts';
import type { Series } from './series.ts';
import type { WorkerStrain } from './strain.ts';

type Finding = { readonly verdict: TrustVerdict; readonly reason: string };
export type Trust = Result['trust'] & {
  /** Those of the reasons that made the verdict what it is. */
  readonly grounds: readonly string[];
  readonly warnings: readonly string[];
};

const longBusySeconds = 5;
const lateUs = 100_000;

/**
 * Whether the numbers are the broker's or the generator's own, by what the generator says of itself in the measured
 * window. Never judged: wait_time and broker errors, which are the broker's part.
 */
export function judgeTrust(plan: Plan, totals: Totals, series: Series): Trust {
  const { workers, machine } = series.strain;
  const busy = busyWorkers(workers);
  const asked = asksForRate(plan);
  const effects: Finding[] = [
    ...lagFindings(totals, workers),
    ...lateFindings(totals, workers),
    ...(asked ? busy.map((reason) => ({ verdict: 'invalid' as const, reason: `${reason}: ${relief}` })) : []),
  ];
  const findings = [...effects, ...explained(effects, causesOf(workers, machine)), ...embeddedFindings(plan)];
  const inOrder = order.flatMap((verdict) => findings.filter((finding) => finding.verdict === verdict));
  const verdict = inOrder[0]?.verdict ?? 'trustworthy';
  return {
    verdict,
    reasons: inOrder.map((finding) => finding.reason),
    grounds: inOrder.filter((finding) => finding.verdict === verdict).map((finding) => finding.reason),
    warnings: [
      ...(asked ? [] : busy.map((reason) => `${reason}: the generator was the limit, not the broker`)),
      ...clockWarnings(machine),
    ],
  };
}

/** A cause is as bad as what it has done; one that has done nothing is told only where it is bad by itself. */
function explained(effects: readonly Finding[], causes: readonly Finding[]): Finding[] {
  const done = order.find((verdict) => effects.some((effect) => effect.verdict === verdict)) ?? 'trustworthy';
  return causes.map(({ verdict, reason }) => ({ verdict: worse(verdict, done), reason }));
}

function worse(one: TrustVerdict, other: TrustVerdict): TrustVerdict {
  return order.find((verdict) => verdict === one || verdict === other) ?? 'trustworthy';
}

const order: readonly TrustVerdict[] = ['invalid', 'degraded'];
const relief = 'ask for less, or add --threads or a machine';
/** Of one core, in one second: below it another thread would have nothing to take over. */
const nearlyBusyShare = 0.8;
/** Below this the rate is not the trouble: Node's timers are up to 1 ms late by themselves. */
const nearUs = 5_000;
const near =
  'latencies this short are near what this machine can tell apart, so do not read much into small differences';

function reliefFor(workers: readonly WorkerStrain[]): string {
  const peak = Math.max(0, ...workers.map(({ peakUtilisation }) => peakUtilisation));
  if (peak >= nearlyBusyShare) return relief;
  return `no thread was more than ${Math.ceil(100 * peak)} % busy: see what else this machine does, or ask for less`;
}

/** The error of every latency: how late publishes were taken up, and how late receipts may have been read. */
function lagFindings(totals: Totals, workers: readonly WorkerStrain[]): Finding[] {
  const lagUs = totals.histogram('schedule_lag')?.percentile(99) ?? 0;
  const delayUs = receivingDelayUs(workers);
  const boundUs = lagUs + delayUs;
  const judged = totals.histogram('delivery_time') === undefined ? 'publish_time' : 'delivery_time';
  const p99Us = totals.histogram(judged)?.percentile(99) ?? 0;
  const reason =
    `latencies may be off by ${inMs(boundUs)} (publishes were taken up ${inMs(lagUs)} late, receipts read up to ` +
    `${inMs(delayUs)} late, both p99), ` +
    (p99Us > 0 ? `${shareOf(boundUs, p99Us)} the ${judged} p99 of ${inMs(p99Us)}: ` : '') +
    (boundUs < nearUs ? near : reliefFor(workers));
  if (boundUs > Math.max(20_000, 0.5 * p99Us)) return [{ verdict: 'invalid', reason }];
  if (boundUs > Math.max(2_000, 0.1 * p99Us)) return [{ verdict: 'degraded', reason }];
  return [];
}

/** "60 % of"; above 100 % a share is hard to read. */
function shareOf(boundUs: number, p99Us: number): string {
  const share = boundUs / p99Us;
  return share > 1 ? 'more than' : `${Math.round(100 * share)} % of`;
}

function receivingDelayUs(workers: readonly WorkerStrain[]): number {
  const merged = new Histogram(256);
  for (const worker of workers) if (worker.receiving) merged.add(worker.loopDelay.buckets());
  return merged.percentile(99);
}

function lateFindings(totals: Totals, workers: readonly WorkerStrain[]): Finding[] {
  const lag = totals.histogram('schedule_lag');
  if (lag === undefined || lag.count === 0) return [];
  const veryLate = lag.countAbove(lateUs) / lag.count;
  if (veryLate >= 0.05) {
    return [
      {
        verdict: 'invalid',
        reason: `${percent(veryLate)} of the publishes were taken up over 100 ms late: ${reliefFor(workers)}`,
      },
    ];
  }
  const late = (totals.of('publishes_late')?.count ?? 0) / lag.count;
  if (late < 0.01) return [];
  return [
    {
      verdict: 'degraded',
      reason: `${percent(late)} of the publishes were taken up over 10 ms late: ${reliefFor(workers)}`,
    },
  ];
}

function busyWorkers(workers: readonly WorkerStrain[]): string[] {
  return workers
    .filter((worker) => worker.busySeconds >= longBusySeconds)
    .map(
      ({ worker, busySeconds, peakUtilisation }) =>
        `worker "${worker}" was up to ${Math.floor(100 * peakUtilisation)} % busy, for ${busySeconds} s running`,
    );
}

function embeddedFindings(plan: Plan): Finding[] {
  if (!plan.brokers.some((broker) => broker.embedded)) return [];
  return [
    {
      verdict: 'degraded',
      reason: 'the embedded broker is for trying out, it is no measure of capacity: give your own with --broker',
    },
  ];
}

function inMs(us: number): string {
  return formatDuration(Number((us / 1000).toPrecision(3)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
