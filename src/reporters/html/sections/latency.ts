import { catalog } from '../../../metrics/catalog.ts';
import { count, millis } from '../../text/figures.ts';
import { shownTimes } from '../../text/latency.ts';
import { html, table } from '../markup.ts';
import { beside, type Section, section } from './section.ts';

const fields = ['p50', 'p90', 'p99', 'p99_9', 'max'] as const;

/** Every time that has a value, and what it counts from. */
export const latency: Section = ({ totals }, base) => {
  const rows = shownTimes.flatMap((name) => {
    const time = totals[name];
    const before = base && (base.totals[name] ?? null);
    // Nothing ever waited: a row of zeros says no more than its absence.
    if (time === undefined || (name === 'wait_time' && time.max < 0.005)) return [];
    return [
      [
        html`<code>${name}</code><small>${catalog[name].help}</small>`,
        beside(count(time.count), before === undefined ? undefined : before === null ? '' : count(before.count)),
        ...fields.map((field) =>
          beside(millis(time[field]), before === undefined ? undefined : millis(before?.[field])),
        ),
      ],
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
