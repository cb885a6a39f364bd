import { formatDuration } from '../base/units.ts';
import { endReasons } from '../verdict/compare/with-comparison.ts';
import type { Result, Verdict } from '../verdict/result.ts';
import { again, ranOn } from './again.ts';
import { figures, verdictWords } from './headline.ts';
import { block, plain } from './markdown/escape.ts';
import {
  comparison,
  connections,
  delivery,
  latency,
  list,
  parts,
  thresholds,
  throughput,
  trust,
  warnings,
} from './markdown/sections.ts';
import type { OpenReporter } from './reporter.ts';

/** For pull requests, wikis and step summaries: GitHub's Markdown, which others read too. */
export const markdown: OpenReporter = ({ stream }) => ({
  mediaType: 'text/markdown; charset=utf-8',
  end(result) {
    stream.write(`${markdownOf(result)}\n`);
  },
});

const marks: Readonly<Record<Verdict, string>> = {
  passed: '✅',
  failed: '❌',
  invalid: '⚠️',
  incomplete: '⚠️',
  notStarted: '❌',
  aborted: '⚠️',
};

/** The report; where it would be longer than `mostBytes`, what stands last and fits no more is left out. */
export function markdownOf(result: Result, mostBytes = Number.POSITIVE_INFINITY): string {
  const measured = [thresholds, comparison, throughput, latency, delivery, connections, parts, trust, warnings];
  const unmeasured = [comparison, connections, warnings];
  const sections = [head, ...(result.run.measuredMs > 0 ? measured : unmeasured), how];
  const told: string[] = [];
  let bytes = Buffer.byteLength(leftOut);
  for (const text of sections.map((section) => section(result)).filter((section) => section !== '')) {
    bytes += Buffer.byteLength(text) + 2;
    if (bytes > mostBytes) return [...told, leftOut].join('\n\n');
    told.push(text);
  }
  return told.join('\n\n');
}

const leftOut = 'The rest is too long for this place: it is in the result file.';

function head(result: Result): string {
  const { verdict, reasons, run } = result;
  const measured = run.measuredMs > 0 ? [`${formatDuration(run.measuredMs)} measured`, ...figures(result)] : [];
  return [
    `## ${marks[verdict]} ${verdictWords[verdict]}: ${plain(run.name)}`,
    ...(measured.length > 0 ? [measured.join(' · ')] : []),
    ...list([...reasons, ...endReasons(result).map((reason) => `⚠️ ${reason}`)].map((reason) => plain(reason))),
  ].join('\n\n');
}

function how({ run }: Result): string {
  const command = again(run);
  return command === '' ? plain(ranOn(run)) : `${plain(ranOn(run))}\n\n${block('sh', command)}`;
}
