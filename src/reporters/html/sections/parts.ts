import type { PartResult, Result } from '../../../verdict/result.ts';
import { causes, count, millis, rate } from '../../text/figures.ts';
import { type Child, html, type Markup, table } from '../markup.ts';
import { beside, type Section, section } from './section.ts';

/** One row a group, where there are several. */
export const groups: Section = ({ groups }, base) => {
  const rows = Object.entries(groups);
  if (rows.length < 2) return undefined;
  return section(
    'groups',
    'Groups',
    parts('Groups', rows, (name) => base && own(base.groups, name)),
  );
};

/** One row a broker, where there are several, and what went wrong on which of them. */
export const brokers: Section = (result, base) => {
  const rows = Object.entries(result.brokers);
  if (rows.length < 2) return undefined;
  const named = rows.map(([name, part]) => [part.embedded ? `${name} (embedded)` : name, part] as const);
  const table = parts('Brokers', named, (name) => base && own(base.brokers, name.replace(/ \(embedded\)$/, '')));
  return section('brokers', 'Brokers', table, troubles(result));
};

function own(of: Readonly<Record<string, PartResult>>, name: string): PartResult | null {
  return (Object.hasOwn(of, name) ? of[name] : undefined) ?? null;
}

const figures: readonly { readonly title: string; readonly told: (part: PartResult) => string }[] = [
  { title: 'connected', told: (part) => count(part.connects.count - part.reconnects.count) },
  { title: 'sent/s', told: (part) => rate(part.messages_sent.rate) },
  { title: 'received/s', told: (part) => rate(part.messages_received.rate) },
  { title: 'publish p99, ms', told: (part) => millis(part.publish_time?.p99) },
  { title: 'delivery p99, ms', told: (part) => millis(part.delivery_time?.p99) },
  { title: 'lost', told: (part) => count(part.messages_lost.count) },
  { title: 'failed attempts', told: (part) => count(part.connect_errors.count) },
  { title: 'reconnects', told: (part) => count(part.reconnects.count) },
];

/** `before`: of the base; null where it has none of that name, undefined where there is no base. */
function parts(
  caption: string,
  rows: readonly (readonly [string, PartResult])[],
  before: (name: string) => PartResult | null | undefined,
): Markup {
  const columns = [
    { title: '', align: 'left' },
    ...figures.map(({ title }) => ({ title, align: 'right' }) as const),
  ] as const;
  return table(
    caption,
    columns,
    rows.map(([name, part]): Child[] => {
      const base = before(name);
      return [
        name,
        ...figures.map(({ told }) =>
          beside(told(part), base === undefined ? undefined : base === null ? '' : told(base)),
        ),
      ];
    }),
  );
}

const troubled = [
  ['failed attempts', 'connect_errors'],
  ['connections lost', 'disconnects'],
  ['deliveries lost', 'messages_lost'],
] as const;

function troubles({ brokers }: Result): Markup | undefined {
  const told = Object.entries(brokers).flatMap(([name, part]) => {
    const facts = troubled.flatMap(([words, metric]) => {
      const { count: n, by } = part[metric];
      return n === 0 ? [] : [`${count(n)} ${words} (${causes(by)})`];
    });
    return facts.length === 0 ? [] : [html`<li><b>${name}</b>, ${part.url}: ${facts.join(', ')}</li>`];
  });
  return told.length === 0 ? undefined : html`<ul class="notes warn">${told}</ul>`;
}
