import { hintsLeft, lossMeanings } from '../../../verdict/words.ts';
import { deliveryFigures, example } from '../../text/delivery.ts';
import { causes, count } from '../../text/figures.ts';
import { html, table } from '../markup.ts';
import { notes, type Section, section } from './section.ts';

/** What subscribers were owed and got, why the rest is missing, and promises that were broken. */
export const delivery: Section = (result) => {
  const { delivery, totals, violations } = result;
  if (delivery.length === 0) return undefined;
  const rows = delivery.map((row) => [row.group, ...deliveryFigures(row)]);
  const columns = [
    { title: 'group', align: 'left' },
    ...['QoS', 'expected', 'received', 'lost', 'share lost', 'duplicated', 'out of order'].map(
      (title) => ({ title, align: 'right' }) as const,
    ),
  ] as const;
  const { by = {} } = totals.messages_lost;
  const lost = Object.entries(by)
    .filter(([, n]) => n > 0)
    .sort((one, other) => other[1] - one[1])
    .map(([cause, n]) => [html`<code>${cause}</code>`, count(n), lossMeanings[cause] ?? '']);
  const kinds = causes(totals.delivery_violations.by);
  return section(
    'delivery',
    'Delivery',
    table('Delivery', columns, rows, (i) => ((delivery[i]?.lost ?? 0) > 0 ? 'warn' : '')),
    lost.length > 0 && table('Losses by cause', lossColumns, lost),
    notes('bad', kinds === '' ? [] : [`broken promises (delivery violations): ${kinds}`]),
    notes('plain', [...hintsLeft(result), ...violations.map(example)]),
  );
};

const lossColumns = [
  { title: 'lost because of', align: 'left' },
  { title: 'deliveries', align: 'right' },
  { title: 'which means', align: 'left' },
] as const;
