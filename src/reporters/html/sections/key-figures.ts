import type { MetricName } from '../../../metrics/catalog.ts';
import type { Comparison } from '../../../verdict/comparison.ts';
import type { CounterResult, PartResult, Result, TimeResult } from '../../../verdict/result.ts';
import { count, share } from '../../text/figures.ts';
import { html, type Markup } from '../markup.ts';

type Figure = {
  readonly name: string;
  readonly value: (totals: PartResult) => number | undefined;
  readonly told: (value: number) => { readonly text: string; readonly unit: string };
  /** Further words below it. */
  readonly aside?: (result: Result) => string;
  readonly tone?: (value: number) => string;
  /** What a rule of a baseline would ask of it. */
  readonly rule?: { readonly metric: MetricName; readonly aggregate: string };
};

/** The run in a few large figures; with a base, how much each differs from it, unless all runs of both sides were compared. */
export function keyFigures(result: Result, base: Result | undefined): Markup {
  const cards = figures.flatMap(({ name, value, told, aside, tone, rule }) => {
    const now = value(result.totals);
    if (now === undefined) return [];
    const { text, unit } = told(now);
    const below = aside?.(result) ?? '';
    const { comparison } = result;
    const before =
      comparison !== undefined
        ? asCompared(comparison, rule, told)
        : base !== undefined && compared(now, value(base.totals), told);
    return [
      html`<div class="card ${tone?.(now) ?? ''}"><dt>${name}</dt><dd>${text}${unit !== '' && html` <span class="unit">${unit}</span>`}</dd>
${below !== '' && html`<dd class="aside">${below}</dd>`}${before}</div>
`,
    ];
  });
  return html`<dl class="cards">
${cards}</dl>
`;
}

/** One run beside one would say something else than the answers below: what they say, or nothing. */
function asCompared({ base, new: fresh, rules }: Comparison, asked: Figure['rule'], told: Figure['told']) {
  const found = rules.find(({ metric, rule }) => metric === asked?.metric && rule.startsWith(`${asked.aggregate} `));
  if (found === undefined || found.base === null || found.new === null) return undefined;
  const [before, after] = [inWords(told(found.base)), inWords(told(found.new))];
  const single = base.length === 1 && fresh.length === 1;
  return html`<dd class="aside">${single ? `base ${before}` : `medians: base ${before}, new ${after}`}</dd>`;
}

function inWords({ text, unit }: ReturnType<Figure['told']>): string {
  return unit === '' ? text : `${text}\u00a0${unit}`;
}

function compared(now: number, before: number | undefined, told: Figure['told']): Markup {
  if (before === undefined) return html`<dd class="aside">not in the base</dd>`;
  const change = before === 0 || now === before ? '' : `, ${percent(now / before - 1)}`.replaceAll(' %', '\u00a0%');
  return html`<dd class="aside">base ${inWords(told(before))}${change}</dd>`;
}

function percent(part: number): string {
  const value = 100 * part;
  return `${value > 0 ? '+' : '−'}${Math.abs(value) < 10 ? Math.abs(value).toFixed(1) : count(Math.abs(value))} %`;
}

const figures: readonly Figure[] = [
  {
    name: 'sent',
    value: rateOf('messages_sent'),
    told: perSecond,
    aside: ({ totals }) => asked(totals),
    rule: { metric: 'messages_sent', aggregate: 'rate' },
  },
  {
    name: 'received',
    value: rateOf('messages_received'),
    told: perSecond,
    rule: { metric: 'messages_received', aggregate: 'rate' },
  },
  {
    name: 'delivery p50',
    value: ({ delivery_time: time }) => time?.p50,
    told: duration,
    rule: { metric: 'delivery_time', aggregate: 'p(50)' },
  },
  {
    name: 'delivery p99',
    value: ({ delivery_time: time }) => time?.p99,
    told: duration,
    aside: highest('delivery_time'),
    rule: { metric: 'delivery_time', aggregate: 'p(99)' },
  },
  {
    name: 'publish p99',
    value: ({ publish_time: time }) => time?.p99,
    told: duration,
    aside: highest('publish_time'),
    rule: { metric: 'publish_time', aggregate: 'p(99)' },
  },
  {
    name: 'deliveries lost',
    value: ({ messages_lost, deliveries_expected }) =>
      deliveries_expected.count > 0 ? messages_lost.count : undefined,
    told: whole,
    aside: ({ totals }) => lostShare(totals),
    tone: (value) => (value > 0 ? 'bad' : ''),
  },
  {
    name: 'connections lost',
    value: ({ disconnects }) => disconnects.count,
    told: whole,
    aside: ({ totals }) => (totals.reconnects.count > 0 ? `${count(totals.reconnects.count)} made again` : ''),
    tone: (value) => (value > 0 ? 'warn' : ''),
  },
];

function rateOf(name: 'messages_sent' | 'messages_received') {
  return ({ [name]: counter }: Readonly<Record<typeof name, CounterResult>>) => counter.rate;
}

function highest(name: 'delivery_time' | 'publish_time') {
  return ({ totals: { [name]: time } }: { readonly totals: Readonly<Partial<Record<typeof name, TimeResult>>> }) => {
    if (time === undefined) return '';
    const { text, unit } = duration(time.max);
    return `max ${text} ${unit}`;
  };
}

function asked({ publishes_due: due, messages_sent: sent }: PartResult): string {
  return due.count > sent.count ? `asked ${count(due.rate)}/s` : '';
}

function lostShare({ messages_lost: lost, deliveries_expected: expected }: PartResult): string {
  const part = share(lost.count, expected.count);
  return part === '' ? `of ${count(expected.count)}` : `${part} of ${count(expected.count)}`;
}

function perSecond(value: number) {
  return { text: value < 10 ? String(Number(value.toFixed(2))) : count(value), unit: '/s' };
}

function whole(value: number) {
  return { text: count(value), unit: '' };
}

/** Three digits, in the unit that fits. */
function duration(ms: number) {
  const digits = (value: number) => String(Number(value.toPrecision(3)));
  if (ms >= 1000) return { text: ms >= 100_000 ? count(ms / 1000) : digits(ms / 1000), unit: 's' };
  return ms >= 1 || ms === 0 ? { text: digits(ms), unit: 'ms' } : { text: String(Math.round(1000 * ms)), unit: 'us' };
}
