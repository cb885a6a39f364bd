import { randomUUID } from 'node:crypto';
import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { comparedCode, comparisonReasons, endCode } from '../verdict/compare/with-comparison.ts';
import type { Result } from '../verdict/result.ts';
import { failureOf, failures } from '../verdict/thresholds.ts';
import { annotation, type Level, stepOutput } from './github/commands.ts';
import { markdownOf } from './markdown.ts';
import type { OpenReporter } from './reporter.ts';

/** A step may have 1 MiB, and what is longer is lost as a whole: this leaves room for others, and for several runs in one step. */
const mostSummaryBytes = 128 * 1024;
/** GitHub shows no more of a level for one step. */
const mostAnnotations = 10;

/** The texts of a step, by name. */
export const stepParts = { summary: 'summary.md', annotations: 'annotations.txt', outputs: 'outputs.txt' } as const;

/** A step of GitHub Actions: its summary, annotations for what failed, and outputs for the steps after it. */
export const github: OpenReporter = ({ stream, part }) => ({
  parts: true,
  mediaType: 'text/markdown; charset=utf-8',
  end(result) {
    const summary = part?.(stepParts.summary) ?? stream;
    summary.write(`${markdownOf(result, mostSummaryBytes)}\n\n`);
    part?.(stepParts.annotations).write(annotations(result));
    part?.(stepParts.outputs).write(outputs(result));
  },
});

function annotations(result: Result): string {
  const { verdict, reasons, thresholds, comparison, warnings, trust, run } = result;
  const warned = thresholds.filter(({ passed, level }) => !passed && level === 'warn').map(failureOf);
  const errors = [
    ...(verdict === 'passed' ? [] : failures(thresholds)),
    ...(comparison === undefined ? [] : comparisonReasons(comparison)),
    // They repeat the thresholds that failed, and tell what no threshold does.
    ...(verdict === 'passed' ? [] : reasons),
  ];
  const doubts = [...warned, ...warnings, ...(comparison?.warnings ?? []), ...trust.reasons];
  const others = doubts.filter((doubt) => !errors.includes(doubt));
  return told('error', [...new Set(errors)], run.name) + told('warning', [...new Set(others)], run.name);
}

function told(level: Level, messages: readonly string[], name: string): string {
  const over = messages.length - mostAnnotations;
  const shown = over > 0 ? messages.slice(0, mostAnnotations - 1) : messages;
  const rest = over > 0 ? [`and ${over + 1} more: see the summary of the step`] : [];
  return [...shown, ...rest].map((message) => annotation(level, { title: `mqtt-stress: ${name}` }, message)).join('');
}

const words: Readonly<Partial<Record<ExitCode, string>>> = { [exitCode.passed]: 'passed', [exitCode.worse]: 'worse' };

/** What the steps after this one may want to decide by; a time that was not measured is empty. */
function outputs(result: Result): string {
  const { verdict, run, trust, totals, comparison } = result;
  const ms = (value: number | undefined) => (value === undefined ? '' : String(value));
  const values: Readonly<Record<string, string>> = {
    verdict,
    'exit-code': String(endCode(result)),
    comparison: comparison === undefined ? '' : (words[comparedCode(comparison)] ?? 'unknown'),
    trust: trust.verdict,
    'run-id': run.id,
    'sent-rate': totals.messages_sent.rate.toFixed(1),
    'received-rate': totals.messages_received.rate.toFixed(1),
    lost: String(totals.messages_lost.count),
    'connect-p99-ms': ms(totals.connect_time?.p99),
    'publish-p99-ms': ms(totals.publish_time?.p99),
    'delivery-p50-ms': ms(totals.delivery_time?.p50),
    'delivery-p99-ms': ms(totals.delivery_time?.p99),
  };
  const delimiter = `mqtt-stress-${randomUUID()}`;
  return Object.entries(values)
    .map(([name, value]) => stepOutput(name, value, delimiter))
    .join('');
}
