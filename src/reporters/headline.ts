import { formatDuration } from '../base/units.ts';
import type { Result, Verdict } from '../verdict/result.ts';
import { count } from './text/figures.ts';
import type { Ink } from './text/ink.ts';

export const verdictWords: Readonly<Record<Verdict, string>> = {
  passed: 'PASSED',
  failed: 'FAILED',
  invalid: 'INVALID',
  incomplete: 'INCOMPLETE',
  notStarted: 'NOT STARTED',
  aborted: 'ABORTED',
};

/** "✓ PASSED": red is for what the broker did not do, yellow for what this run cannot say. */
export function verdictWord(verdict: Verdict, ink: Ink): string {
  const paint =
    verdict === 'passed' ? ink.green : verdict === 'failed' || verdict === 'notStarted' ? ink.red : ink.yellow;
  const mark = verdict === 'passed' ? '✓' : verdict === 'failed' || verdict === 'notStarted' ? '✗' : '!';
  return ink.bold(paint(`${mark} ${verdictWords[verdict]}`));
}

/** The run in a few figures, the most telling first; those that are not measured are left out. */
export function figures({ totals, run }: Result): string[] {
  const time = totals.delivery_time ?? totals.publish_time;
  const called = totals.delivery_time === undefined ? 'publish' : 'delivery';
  return [
    `${count(run.clients)} client${run.clients === 1 ? '' : 's'}`,
    `sent ${count(totals.messages_sent.rate)}/s`,
    `received ${count(totals.messages_received.rate)}/s`,
    ...(time === undefined ? [] : [`${called} p99 ${formatDuration(Number(time.p99.toPrecision(3)))}`]),
    `lost ${count(totals.messages_lost.count)}`,
  ];
}
