import { formatCount, formatDuration, formatRate, formatShare } from '../base/units.ts';
import { catalog, type MetricName } from '../metrics/catalog.ts';
import { selectorText } from '../metrics/selector.ts';
import type { ThresholdPlan } from '../plan/plan.ts';
import { evaluate, limitOf } from './evaluate.ts';
import { figuresOf, type Measured } from './figures.ts';
import type { Finding } from './live.ts';
import type { ThresholdResult } from './result.ts';

/** On the whole run, or as it was found every second; `originUs`: the start of the load. */
export function judgeThreshold(
  threshold: ThresholdPlan,
  measured: Measured,
  finding?: Finding,
  originUs = 0,
): ThresholdResult {
  const { expression, level, implicit, windowMs, afterMs, abortOnFail } = threshold;
  const { where } = expression;
  return {
    metric: selectorText(expression),
    expression: expression.text,
    ...(finding?.outcome ?? evaluate(expression, figuresOf(measured))),
    level,
    implicit,
    limit: limitOf(expression),
    ...(Object.keys(where).length > 0 && { where }),
    ...(windowMs !== undefined && { window: windowMs }),
    ...(afterMs !== undefined && { after: afterMs }),
    ...(abortOnFail && { abortOnFail }),
    ...(finding === undefined ? {} : found(finding, originUs)),
  };
}

function found({ windows, stoppedUs }: Finding, originUs: number): Partial<ThresholdResult> {
  const atMs = (us: number) => Math.round((us - originUs) / 1000);
  return {
    ...(windows !== undefined && { windows: { judged: windows.judged, failed: windows.failed } }),
    ...(windows?.worstUs !== undefined && { worstAt: atMs(windows.worstUs) }),
    ...(stoppedUs !== undefined && { aborted: { t: atMs(stoppedUs) } }),
  };
}

/** It was what ended the load. */
export function stopsRun({ aborted }: ThresholdResult): boolean {
  return aborted !== undefined;
}

/** Of those that fail the run why they do, in sentences; what stopped it first. */
export function failures(thresholds: readonly ThresholdResult[]): string[] {
  const failed = thresholds.filter(({ passed, level }) => !passed && level === 'fail');
  return [...failed.filter(stopsRun), ...failed.filter((one) => !stopsRun(one))].map(failureOf);
}

/** For the time line; `t` in ms from the start of the load. */
export function stopEvents(thresholds: readonly ThresholdResult[]): { t: number; text: string }[] {
  return thresholds.flatMap((threshold) => {
    const { metric, aborted } = threshold;
    const text = `the load is stopped: ${metric}: ${expectation(threshold)}, but it was ${valueText(threshold)}`;
    return aborted === undefined ? [] : [{ t: aborted.t, text }];
  });
}

function failureOf(threshold: ThresholdResult): string {
  const { metric, value, window, windows, aborted } = threshold;
  const asked = `${metric}: ${expectation(threshold)}`;
  if (value === null) {
    const which = window === undefined ? '' : ` in any whole window of ${formatDuration(window)}`;
    return `${asked}, but there is no data${which}.`;
  }
  const span = when(threshold);
  if (aborted !== undefined) return `${asked}, but it was ${valueText(threshold)} ${span}: this stopped the run.`;
  if (windows === undefined) return `${asked}, but it was ${valueText(threshold)}.`;
  const more = `${formatCount(windows.failed)} of ${formatCount(windows.judged)} windows failed`;
  return `${asked}, but it was ${valueText(threshold)} ${span}, the worst: ${more}.`;
}

/** "p(99) < 50ms in every 5s" */
export function expectation({ expression, window }: ThresholdResult): string {
  return window === undefined ? expression : `${expression} in every ${formatDuration(window)}`;
}

/** When the value was measured, from the start of the load; empty: it is of the whole run. */
export function when({ window, worstAt, aborted }: ThresholdResult): string {
  const at = (ms: number) => formatDuration(ms);
  if (window !== undefined && worstAt !== undefined) return `from ${at(worstAt)} to ${at(worstAt + window)}`;
  return aborted === undefined ? '' : `after ${at(aborted.t)}`;
}

/** With its unit, to three significant digits where it is a time or a share. */
export function valueText({ metric, expression, value }: ThresholdResult): string {
  if (value === null) return 'no data';
  const name = metric.replace(/\{.*/, '');
  const isTime = name in catalog && catalog[name as MetricName].kind === 'time' && !expression.startsWith('count');
  if (isTime) return formatDuration(Number(value.toPrecision(3)));
  if (expression.startsWith('share')) return formatShare(value);
  return expression.startsWith('rate') ? formatRate(value) : formatCount(value);
}
