import type { ExitCode } from '../base/exit-codes.ts';
import { exitCode } from '../base/exit-codes.ts';
import type { OwnNames } from '../base/machine.ts';
import { formatCount, formatDuration } from '../base/units.ts';
import { resultSchema } from '../base/versions.ts';
import type { Totals } from '../metrics/totals.ts';
import type { Observation } from '../observers/observer.ts';
import type { Plan, ThresholdPlan } from '../plan/plan.ts';
import type { Threads } from '../plan/threads.ts';
import { withoutCredentials } from '../transports/address.ts';
import { fingerprint } from './compare/fingerprint.ts';
import { crossingDoubt } from './crossing.ts';
import { settle } from './delivery.ts';
import { nobodyLeft } from './early.ts';
import { emptyReasons, undeliveredReasons } from './empty.ts';
import type { Measured } from './figures.ts';
import { leavings } from './leavings.ts';
import type { Findings } from './live.ts';
import { type Missing, missingClients, missingReasons } from './missing.ts';
import { notStartedReasons } from './not-started.ts';
import { observedBy, observedInSeries } from './observed.ts';
import { part } from './parts.ts';
import { outages, outageWarnings } from './recovery.ts';
import type { Result, RunResult, ThresholdResult, Verdict } from './result.ts';
import { returns } from './returns.ts';
import type { Series } from './series.ts';
import { takeovers, takeoverWarnings } from './takeovers.ts';
import { failures, judgeThreshold, stopEvents, stopsRun } from './thresholds.ts';
import { connectTroubles } from './troubles.ts';
import type { Trust } from './trust.ts';
import { judgeTrust } from './trust.ts';
import { unsentWarnings } from './unsent.ts';
import { hintsFor } from './words.ts';

/** A signal of the system, or the program that called this one as a library. */
export type StoppedBy = 'SIGINT' | 'SIGTERM' | 'the caller';

/** What the verdict must know beside the plan and what was measured. */
export interface JudgeContext {
  readonly startedAt: Date;
  readonly endedAt: Date;
  /** What ended the run early. */
  readonly signal: StoppedBy | undefined;
  readonly threads: Threads;
  readonly versions: RunResult['versions'];
  readonly machine: OwnNames;
  /** Of this process, resident. */
  readonly peakMemoryBytes: number;
  /** Judges an untrustworthy run all the same. */
  readonly allowInvalid: boolean;
  /** When the load began, monotonic; undefined where it did not. */
  readonly startUs: number | undefined;
  readonly observations?: readonly Observation[];
  /** What was found of thresholds while it ran. */
  readonly live?: Findings;
}

type Judgement = { readonly verdict: Verdict; readonly exitCode: ExitCode; readonly reasons: readonly string[] };

/** Pure: what happened, and what it means. Exit codes in the order of base/exit-codes.ts. */
export function judge(plan: Plan, totals: Totals, series: Series, context: JudgeContext): Result {
  const measured: Measured = { totals, series, deliveries: settle(plan, totals, series) };
  const trust = judgeTrust(plan, totals, series);
  const judgeable = totals.started && context.signal === undefined;
  const originUs = series.originUs(context.startUs);
  const judged = (threshold: ThresholdPlan) =>
    judgeThreshold(threshold, measured, context.live?.of(threshold), originUs);
  const thresholds = judgeable ? plan.thresholds.map(judged) : [];
  const missing = missingClients(plan, totals);
  const judgement = decide(plan, totals, { context, trust, thresholds, missing, measured });
  const seconds = series.entries(context.startUs);
  const groups = Object.fromEntries(plan.groups.map(({ name }) => [name, part(measured, { group: name })]));
  const { observations = [] } = context;
  const events = totals.events.map(({ atUs, text }) => ({ t: Math.round((atUs - originUs) / 1000), text }));
  return {
    schema: resultSchema,
    ...judgement,
    warnings: warnings(plan, totals, { context, trust, thresholds, missing, measured }).filter(
      (warning) => !judgement.reasons.includes(warning),
    ),
    run: runResult(plan, totals, context),
    trust: { verdict: trust.verdict, reasons: trust.reasons },
    thresholds,
    totals: part(measured, {}),
    groups,
    brokers: Object.fromEntries(
      plan.brokers.map(({ name, target, embedded }) => [
        name,
        {
          ...part(measured, { broker: name }),
          url: withoutCredentials(target.url),
          embedded,
          ...observedBy(observations, name, { plan, totals }),
        },
      ]),
    ),
    delivery: measured.deliveries.rows,
    violations: measured.deliveries.examples,
    outages: outages(plan, measured, context.startUs),
    takeovers: takeovers(plan, totals),
    series: observedInSeries(observations, seconds, originUs),
    events: [...events, ...stopEvents(thresholds), ...returns(seconds, groups)].sort((one, other) => one.t - other.t),
    ...forComparing(plan, series),
  };
}

/** What a later run needs to be compared with this one. */
function forComparing({ compare }: Plan, { slices }: Series): Pick<Result, 'slices' | 'compare'> {
  const told = slices.told();
  return {
    ...(told !== undefined && { slices: told }),
    ...(compare !== undefined && { compare: compare.map(({ written }) => written) }),
  };
}

type Evidence = {
  readonly context: JudgeContext;
  readonly trust: Trust;
  readonly thresholds: readonly ThresholdResult[];
  readonly missing: readonly Missing[];
  readonly measured: Measured;
};

function decide(plan: Plan, totals: Totals, evidence: Evidence): Judgement {
  const { context, trust, thresholds } = evidence;
  if (context.signal !== undefined) return aborted(context.signal, plan, totals);
  if (!totals.started)
    return { verdict: 'notStarted', exitCode: exitCode.notStarted, reasons: notStartedReasons(plan, totals) };
  const incomplete = incompleteReasons(plan, totals, evidence);
  if (trust.verdict === 'invalid' && !context.allowInvalid) {
    const advice = 'With --allow-invalid the thresholds decide all the same.';
    const reasons = [...trust.grounds, ...failures(thresholds.filter(stopsRun)), ...incomplete, advice];
    return { verdict: 'invalid', exitCode: exitCode.untrusted, reasons };
  }
  // What is missing at a run that was stopped does not take back why it was.
  if (incomplete.length > 0 && !thresholds.some(stopsRun))
    return { verdict: 'incomplete', exitCode: exitCode.untrusted, reasons: incomplete };
  const failed = failures(thresholds);
  if (failed.length === 0) {
    const undelivered = undeliveredReasons(plan, totals, evidence.measured.deliveries);
    return undelivered.length > 0
      ? { verdict: 'incomplete', exitCode: exitCode.untrusted, reasons: undelivered }
      : { verdict: 'passed', exitCode: exitCode.passed, reasons: [] };
  }
  const reasons = [...failed, ...incomplete, ...violationHints(plan, evidence.measured)];
  return { verdict: 'failed', exitCode: exitCode.failed, reasons };
}

function aborted(signal: StoppedBy, plan: Plan, totals: Totals): Judgement {
  const code = signal === 'SIGTERM' ? exitCode.terminated : exitCode.interrupted;
  const when =
    totals.measuredSeconds > 0 ? `after ${measuredFor(totals)} of the measured window` : 'before anything was measured';
  const troubles = totals.started ? [] : connectTroubles(plan, totals).map(({ text }) => text);
  const reasons = [`Stopped by ${signal} ${when}; thresholds are not judged.`, ...troubles];
  return { verdict: 'aborted', exitCode: code, reasons };
}

function incompleteReasons(
  plan: Plan,
  totals: Totals,
  { missing, measured }: Pick<Evidence, 'missing' | 'measured'>,
): string[] {
  return [
    ...totals.lost.map(
      ({ worker, clients, reason }) =>
        `Worker "${worker}" died and took ${formatCount(clients)} clients along (${reason}); the others' numbers are kept.`,
    ),
    ...missingReasons(plan, totals, missing, false),
    ...emptyReasons(plan, totals, measured.deliveries),
    ...forbiddenReasons(totals),
  ];
}

/** What the broker's own limits forbid was asked, and never sent. */
function forbiddenReasons(totals: Totals): string[] {
  const tooLarge = totals.causes('publishes_dropped')['packet_too_large'] ?? 0;
  if (tooLarge === 0) return [];
  return [
    `${formatCount(tooLarge)} publishes were never sent: they are larger than the Maximum Packet Size of the broker (see Events); lower payload.`,
  ];
}

/** What may be behind broken promises that is none of the broker's; somebody else with our ids has their sessions, too. */
function violationHints(plan: Plan, { deliveries, totals }: Measured): string[] {
  const { by } = deliveries.violations({});
  const doubt = plan.cluster && 'acked_not_delivered' in by ? crossingDoubt(plan, totals, deliveries) : undefined;
  const suspicions = Object.keys(by).length === 0 ? [] : takeoverWarnings(plan, totals).slice(0, 1);
  return [...suspicions, ...(doubt === undefined ? hintsFor(by) : [doubt])];
}

function warnings(plan: Plan, totals: Totals, evidence: Evidence): string[] {
  const { context, trust, missing, measured } = evidence;
  if (!totals.started) return [...plan.warnings];
  const doubt = crossingDoubt(plan, totals, measured.deliveries);
  return [
    ...plan.warnings,
    ...(trust.verdict === 'invalid' && context.allowInvalid
      ? ['the run is not to be trusted: allowed by --allow-invalid']
      : []),
    ...endings(plan, totals, evidence),
    ...missingReasons(plan, totals, missing, true),
    ...unsentWarnings(plan, totals, measured.series),
    ...trust.warnings,
    ...measured.deliveries.warnings,
    ...(doubt === undefined ? [] : [doubt]),
    ...outageWarnings(totals),
    ...takeoverWarnings(plan, totals),
    ...leavings(plan, totals),
  ];
}

/** That the run ended before its time, and why. */
function endings(plan: Plan, totals: Totals, { context, thresholds, measured }: Evidence): string[] {
  if (context.signal !== undefined || thresholds.some(stopsRun)) return [];
  const left = nobodyLeft(plan, measured.series);
  const { durationMs } = plan;
  if (durationMs === null) return left === undefined ? [] : [`the run ended early: ${left}`];
  if (totals.measuredSeconds * 1000 >= 0.99 * durationMs) return [];
  const ended = `the measured window ended after ${measuredFor(totals)} of ${formatDuration(durationMs)}`;
  return [left === undefined ? ended : `${ended}: ${left}`];
}

function runResult(plan: Plan, totals: Totals, context: JudgeContext): RunResult {
  return {
    id: plan.run.tag,
    name: plan.name,
    startedAt: context.startedAt.toISOString(),
    endedAt: context.endedAt.toISOString(),
    seed: plan.run.seed,
    client: plan.client,
    threads: context.threads.count,
    threadsWhy: context.threads.why,
    clients: plan.groups.reduce((sum, group) => sum + group.clients, 0),
    warmUpMs: plan.warmUpMs,
    durationMs: plan.durationMs,
    measuredMs: Math.round(totals.measuredSeconds * 1000),
    drainMs: plan.drainMs,
    scenario: { text: plan.run.scenarioText, sha256: plan.run.scenarioHash, asRun: plan.run.asRun },
    versions: context.versions,
    peakMemoryBytes: context.peakMemoryBytes,
    fingerprint: fingerprint(plan, context),
    commandLine: plan.run.commandLine,
  };
}

function measuredFor(totals: Totals): string {
  return formatDuration(Math.round(totals.measuredSeconds * 1000));
}
