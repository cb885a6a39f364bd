import { count } from './figures.ts';
import type { Section } from './section.ts';
import { item } from './table.ts';

const mostShown = 5;
/** Why connections of the run end each other. */
export const meaning =
  'Clients that share an id take turns: a broker lets one connection have an id, so each new one ends the other ' +
  '[MQTT-3.1.4-2], whose client comes back as reconnect says and ends that in its turn.';

/** Ids that clients of the run share on purpose, and how often one of them ended the connection of another. */
export const takeovers: Section = ({ takeovers, brokers }, width, ink) => {
  const shared = takeovers.filter(({ clients }) => clients.length > 0);
  if (shared.length === 0) return [];
  const where = (broker: string) => (Object.keys(brokers).length > 1 ? ` on ${broker}` : '');
  const left = shared.length - mostShown;
  return [
    ink.bold('Takeovers'),
    ...shared.slice(0, mostShown).flatMap(({ clientId, broker, count: n, clients }) => {
      const times = `${count(n)} time${n === 1 ? '' : 's'}`;
      return item('·', `${clientId}${where(broker)}: ${times}, shared by ${clients.join(', ')}`, width, ink.dim);
    }),
    ...(left > 0 ? [`  and ${count(left)} more ids in the result file`] : []),
    ...item('·', meaning, width, ink.dim),
  ];
};
