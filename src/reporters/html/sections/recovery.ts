import type { OutageResult } from '../../../verdict/result.ts';
import { count } from '../../text/figures.ts';
import { inWords, largest, lostSomewhere } from '../../text/recovery.ts';
import { html, table } from '../markup.ts';
import { notes, type Section, section } from './section.ts';

const mostShown = 20;

/** How connections that broke under the load came back: a row for each outage, the largest where there are many. */
export const recovery: Section = ({ outages, brokers, totals }) => {
  if (outages.length === 0) return undefined;
  const shown = largest(outages, mostShown);
  const several = Object.keys(brokers).length > 1;
  const left = outages.length - shown.length;
  const uncertain = outages.some(({ lost }) => lost === undefined) && totals.messages_lost.count > 0;
  return section(
    'recovery',
    'Outages and recovery',
    html`<p class="lead">In seconds from the start of the load.</p>`,
    table('Outages', columns, shown.map(row)),
    notes(
      'plain',
      shown.map(
        (outage, i) =>
          `${shown.length > 1 ? `${i + 1}: ` : ''}${several ? `broker ${outage.broker}, ` : ''}${inWords(outage)}`,
      ),
    ),
    notes('plain', [
      ...(uncertain ? [`${count(totals.messages_lost.count)} ${lostSomewhere}`] : []),
      ...(left > 0 ? [`and ${count(left)} smaller ones in the result file`] : []),
    ]),
  );
};

const columns = [
  { title: 'outage', align: 'left' },
  ...[
    'clients lost',
    'last good',
    'noticed',
    'by all',
    'first back',
    '50 % back',
    '90 % back',
    'all back',
    'delivered',
  ].map((title) => ({ title, align: 'right' }) as const),
] as const;

function row({ clients, lastGood, detected, firstReconnect, back, delivered }: OutageResult, i: number): string[] {
  const times = [lastGood, detected.first, detected.last, firstReconnect, back.p50, back.p90, back.p100, delivered];
  return [String(i + 1), count(clients), ...times.map((ms) => (ms === undefined ? '–' : (ms / 1000).toFixed(3)))];
}
