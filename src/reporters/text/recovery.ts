import type { OutageResult } from '../../verdict/result.ts';
import { count } from './figures.ts';
import type { Section } from './section.ts';
import { item, table } from './table.ts';

const mostShown = 5;

/** How connections that broke under the load came back: a line for each outage, and what was lost with it. */
export const recovery: Section = ({ outages, brokers, totals }, width, ink) => {
  if (outages.length === 0) return [];
  const shown = largest(outages, mostShown);
  const several = Object.keys(brokers).length > 1;
  const left = outages.length - shown.length;
  return [
    ...table(columns, shown.map(row), width, ink),
    ink.dim('  in seconds from the start of the load'),
    ...shown.flatMap((outage, i) => {
      const which = shown.length > 1 ? `${i + 1}: ` : '';
      return item('·', `${which}${several ? `broker ${outage.broker}, ` : ''}${inWords(outage)}`, width, ink.dim);
    }),
    ...(outages.some(({ lost }) => lost === undefined) && totals.messages_lost.count > 0
      ? item('·', `${count(totals.messages_lost.count)} ${lostSomewhere}`, width, ink.dim)
      : []),
    ...(left > 0 ? [`  and ${count(left)} smaller ones in the result file`] : []),
  ];
};

/** At most so many, in the order of time. */
export function largest(outages: readonly OutageResult[], most: number): OutageResult[] {
  return outages
    .toSorted((one, other) => other.clients - one.clients)
    .slice(0, most)
    .sort((one, other) => one.detected.first - other.detected.first);
}

export const lostSomewhere =
  'deliveries lost in the run: of several outages it is not known which of them lost how many';

const columns = [
  { title: 'Recovery', align: 'left' },
  { title: 'lost', align: 'right' },
  { title: 'last good', align: 'right' },
  { title: 'noticed', align: 'right' },
  { title: 'by all', align: 'right', spare: 3 },
  { title: 'first back', align: 'right', spare: 1 },
  { title: '50 %', align: 'right', spare: 4 },
  { title: '90 %', align: 'right', spare: 5 },
  { title: 'all back', align: 'right' },
  { title: 'delivered', align: 'right', spare: 2 },
] as const;

function row({ clients, lastGood, detected, firstReconnect, back, delivered }: OutageResult, i: number): string[] {
  const times = [lastGood, detected.first, detected.last, firstReconnect, back.p50, back.p90, back.p100, delivered];
  return [`  outage ${i + 1}`, count(clients), ...times.map(seconds)];
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '-' : (ms / 1000).toFixed(3);
}

/** What came of an outage, beside its times. */
export function inWords({ losses, clients, gone, missing, sessions, givenUp, lost, ...times }: OutageResult): string {
  const facts = [
    silence(times),
    ...(losses > clients ? [`${count(losses)} losses, as some were lost again before all were back`] : []),
    ...(gone > 0 ? [`${count(gone)} gave up (see reconnect)`] : []),
    ...(missing > 0 ? [`${count(missing)} were not back when the run ended`] : []),
    ...(sessions === undefined ? [] : [`${count(sessions.present)} of ${count(sessions.of)} sessions present`]),
    ...(givenUp > 0 ? [`${count(givenUp)} publishes given up with their connections`] : []),
    ...(lost === undefined ? [] : [`${count(lost)} deliveries lost`]),
  ];
  return facts.join(', ');
}

/** Of losses that overlap with their returns there was no time in which all who were lost got nothing. */
function silence({
  lastGood,
  detected,
  delivered,
  acknowledged,
}: Pick<OutageResult, 'lastGood' | 'detected' | 'delivered' | 'acknowledged'>): string {
  const again = delivered ?? acknowledged;
  if (again === undefined) return 'those who were lost got no message again';
  const what = delivered === undefined ? 'acknowledgement' : 'delivery';
  const afterLoss = `first ${what} ${seconds(again - detected.first)}s after the first loss`;
  if (again < detected.last) return `${afterLoss} (others were lost later)`;
  if (lastGood === undefined) return afterLoss;
  return `${seconds(again - lastGood)}s from the last good message to the first ${what} afterwards`;
}
