import { count } from '../../text/figures.ts';
import { meaning } from '../../text/takeovers.ts';
import { html, table } from '../markup.ts';
import { notes, type Section, section } from './section.ts';

const mostShown = 20;

/** Ids by which connections were taken over: shared on purpose, or used by somebody else. */
export const takeovers: Section = ({ takeovers }) => {
  if (takeovers.length === 0) return undefined;
  const rows = takeovers
    .slice(0, mostShown)
    .map(({ clientId, broker, count: n, clients }) => [
      html`<code>${clientId}</code>`,
      broker,
      count(n),
      clients.length === 0 ? 'nobody of this run: somebody else uses it' : clients.join(', '),
    ]);
  const left = takeovers.length - mostShown;
  return section(
    'takeovers',
    'Takeovers',
    html`<p class="lead">${meaning}</p>`,
    table('Takeovers', columns, rows),
    notes('plain', left > 0 ? [`and ${count(left)} more ids in the result file`] : []),
  );
};

const columns = [
  { title: 'client id', align: 'left' },
  { title: 'broker', align: 'left' },
  { title: 'times', align: 'right' },
  { title: 'shared by', align: 'left' },
] as const;
