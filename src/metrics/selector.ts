import { nearest } from '../base/nearest.ts';
import { catalog, type GaugeName, type MetricName, metricNames } from './catalog.ts';
import type { Where } from './totals.ts';

/** A part of a text: what a caret stands under. */
export type Part = { readonly offset: number; readonly length: number };

export const labelNames = ['group', 'qos', 'broker'] as const;
export type LabelName = (typeof labelNames)[number];

/** "delivery_time{group=dashboards,qos=1}": a metric, and of which part of the run. */
export interface Selector {
  readonly metric: MetricName;
  readonly where: Where;
  /** Where in the text the value of each label stands. */
  readonly parts: Readonly<Partial<Record<LabelName, Part>>>;
}

/** What is wrong with the text of a selector: a clause, "must ...", and which part of it. */
export interface SelectorProblem extends Part {
  readonly rule: string;
  readonly hint?: string;
}

const example = 'an example: delivery_time{group=dashboards,qos=1,broker=north}';
const pairPattern = /^(\s*)([A-Za-z_]*)(\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,{}"']*)\s*$/;

/** Labels are written `name=value` or `name: value`; values with other characters than a name has in quotes. */
export function parseSelector(text: string): Selector | SelectorProblem {
  const brace = text.indexOf('{');
  const name = (brace < 0 ? text : text.slice(0, brace)).trim();
  const found = metricNames.find((metric) => metric === name);
  if (found === undefined) return unknownMetric(text, name);
  if (brace < 0) return { metric: found, where: {}, parts: {} };
  const inner = /^\{(.*)\}\s*$/s.exec(text.slice(brace))?.[1];
  if (inner === undefined) {
    const rule = 'must end with } after its labels';
    return { rule, hint: example, offset: brace, length: text.length - brace };
  }
  return readLabels(found, inner, brace + 1);
}

function unknownMetric(text: string, name: string): SelectorProblem {
  const close = nearest(name, metricNames);
  const [, group = '', metric = ''] = /^([A-Za-z0-9][\w.-]*)\.([a-z_]+)$/.exec(name) ?? [];
  const meant = metricNames.find((known) => known === metric);
  const hint =
    meant !== undefined
      ? `did you mean ${meant}{group=${group}}?`
      : close !== undefined
        ? `did you mean ${close}${text.slice(text.indexOf(name) + name.length).trimEnd()}?`
        : `known: ${metricNames.join(', ')}`;
  return { rule: 'must be a metric', hint, offset: text.indexOf(name), length: name.length };
}

function readLabels(metric: MetricName, inner: string, start: number): Selector | SelectorProblem {
  const where: { group?: string; broker?: string; qos?: 0 | 1 | 2 } = {};
  const parts: Partial<Record<LabelName, Part>> = {};
  let at = start;
  for (const pair of split(inner)) {
    const read = readLabel(pair, at);
    if ('rule' in read) return read;
    const { label, value, part } = read;
    if (parts[label] !== undefined) return { rule: `must have ${label} only once`, ...part };
    parts[label] = part;
    if (label !== 'qos') where[label] = value;
    else if (/^[012]$/.test(value)) where.qos = Number(value) as 0 | 1 | 2;
    else return { rule: 'must have 0, 1 or 2 as its qos', ...part };
    at += pair.length + 1;
  }
  const { qos } = parts;
  if (qos === undefined || hasQos(metric)) return { metric, where, parts };
  return { rule: `must not name a qos: ${metric} is of connections, which have none`, ...qos };
}

/** At commas that are not in quotes. */
function split(inner: string): string[] {
  return inner.split(/,(?=(?:[^"']|"[^"]*"|'[^']*')*$)/);
}

type Label = { readonly label: LabelName; readonly value: string; readonly part: Part };

function readLabel(pair: string, at: number): Label | SelectorProblem {
  const [, lead = '', name = '', between = '', written = ''] = pairPattern.exec(pair) ?? [];
  const whole = { offset: at, length: Math.max(1, pair.length) };
  if (name === '' || written === '') return { rule: 'must have labels such as group=sensors', hint: example, ...whole };
  const label = labelNames.find((known) => known === name);
  if (label === undefined) {
    const close = nearest(name, labelNames);
    const hint = close === undefined ? `known: ${labelNames.join(', ')}` : `did you mean ${close}?`;
    return { rule: `must not have the label ${name}`, hint, offset: at + lead.length, length: name.length };
  }
  const quote = /^["']/.test(written) ? 1 : 0;
  const value = written.slice(quote, written.length - quote);
  const offset = at + lead.length + name.length + between.length + quote;
  return { label, value, part: { offset, length: Math.max(1, value.length) } };
}

const ofMessages: readonly GaugeName[] = ['in_flight', 'publishes_owed', 'streams_active'];

/** What is counted of messages is counted by QoS; connections, subscriptions and sessions have none. */
export function hasQos(metric: MetricName): boolean {
  return catalog[metric].scope === 'window' || ofMessages.some((gauge) => gauge === metric);
}

/** As one writes it, the labels in one order: "delivery_time{group=dashboards,qos=1}". */
export function selectorText({ metric, where }: Pick<Selector, 'metric' | 'where'>): string {
  const labels = labelNames.flatMap((label) => (where[label] === undefined ? [] : `${label}=${where[label]}`));
  return labels.length === 0 ? metric : `${metric}{${labels.join(',')}}`;
}
