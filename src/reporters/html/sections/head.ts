import { formatDuration } from '../../../base/units.ts';
import { endCode, endReasons } from '../../../verdict/compare/with-comparison.ts';
import type { Result, Verdict } from '../../../verdict/result.ts';
import { verdictWords } from '../../headline.ts';
import { count } from '../../text/figures.ts';
import { html, type Markup } from '../markup.ts';

/** Red is for what the broker did not do, yellow for what this run cannot say. */
const tones: Readonly<Record<Verdict, { readonly tone: string; readonly mark: string }>> = {
  passed: { tone: 'good', mark: '✓' },
  failed: { tone: 'bad', mark: '✗' },
  notStarted: { tone: 'bad', mark: '✗' },
  invalid: { tone: 'warn', mark: '!' },
  incomplete: { tone: 'warn', mark: '!' },
  aborted: { tone: 'warn', mark: '!' },
};

/** The verdict with its reasons, and which run it is of. */
export function head(result: Result, base: Result | undefined): Markup {
  const { verdict, run } = result;
  const reasons = [...result.reasons, ...endReasons(result)];
  const { tone, mark } = tones[verdict];
  return html`<header class="head ${tone}">
<p class="verdict"><span class="mark" aria-hidden="true"><b>${mark}</b></span>${verdictWords[verdict]}<span class="code">exit code ${endCode(result)}</span></p>
<h1>${run.name}</h1>
<p class="about">${facts(result).map((fact) => html`<span>${fact}</span> `)}</p>
${base !== undefined && against(result, base)}
${reasons.length > 0 && html`<ul class="reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}
</header>
`;
}

function facts({ run, brokers }: Result): string[] {
  const names = Object.entries(brokers).map(([name, { url, embedded }]) =>
    embedded ? 'the embedded broker' : name === url ? url : `${name} (${url})`,
  );
  const shown = names.slice(0, mostBrokers);
  return [
    when(run.startedAt),
    run.measuredMs > 0 ? `${formatDuration(run.measuredMs)} measured` : 'nothing measured',
    `${count(run.clients)} client${run.clients === 1 ? '' : 's'}`,
    names.length > shown.length
      ? `${shown.join(', ')} and ${count(names.length - shown.length)} more`
      : shown.join(', '),
  ];
}

const mostBrokers = 3;

/** Which two runs lie over each other: of several that were compared, one of each side. */
function against({ run: own, comparison }: Result, { run, verdict }: Result): Markup {
  const [fresh, old] = [comparison?.new.length ?? 1, comparison?.base.length ?? 1];
  const dashes = html`<i class="dashes" aria-hidden="true"></i>`;
  const which = html`run ${run.id} of ${when(run.startedAt)}, ${verdictWords[verdict].toLowerCase()}`;
  if (fresh === 1 && old === 1)
    return html`<p class="against">${dashes}run ${own.id} compared with the base <b>${run.name}</b>, ${which}: small figures, dashed lines</p>`;
  return html`<p class="against">${dashes}drawn here: run ${own.id}${oneOf(fresh)}, over the base <b>${run.name}</b>, ${which}${oneOf(old)}:
small figures, dashed lines; all of them are compared below</p>`;
}

function oneOf(runs: number): string {
  return runs === 1 ? '' : ` (one of ${count(runs)})`;
}

/** "2026-01-02 03:04:05 UTC" */
function when(iso: string): string {
  return iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
}
