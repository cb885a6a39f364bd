import { catalog } from '../../../metrics/catalog.ts';
import { count, millis } from '../../text/figures.ts';
import { timesToTell } from '../../text/latency.ts';
import { html, table } from '../markup.ts';
import { beside, type Section, section } from './section.ts';

const fields = ['p50', 'p90', 'p99', 'p99_9', 'max'] as const;

/** Every time that has a value, and what it counts from. */
export const latency: Section = ({ totals }, base) => {
  const rows = timesToTell(totals).map(([name, time]) => {
    const before = base && (base.totals[name] ?? null);
    return [
      html`<code>${name}</code><small>${catalog[name].help}</small>`,
      beside(count(time.count), before === undefined ? undefined : before === null ? '' : count(before.count)),
      ...fields.map((field) => beside(millis(time[field]), before === undefined ? undefined : millis(before?.[field]))),
    ];
  });
  if (rows.length === 0) return undefined;
  const columns = [
    { title: 'in milliseconds', align: 'left' },
    { title: 'count', align: 'right' },
    ...['p50', 'p90', 'p99', 'p99.9', 'max'].map((title) => ({ title, align: 'right' }) as const),
  ] as const;
  return section('latency', 'Latency', table('Latency', columns, rows));
};
