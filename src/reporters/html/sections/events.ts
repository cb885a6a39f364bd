import { formatDuration } from '../../../base/units.ts';
import { html } from '../markup.ts';
import { type Section, section } from './section.ts';

/** What happened when; the numbers are those in the charts. */
export const events: Section = ({ events, series }) => {
  if (events.length === 0) return undefined;
  const loaded = series.some(({ phase }) => phase === 'warmUp' || phase === 'measuring');
  return section(
    'events',
    'Events',
    html`<p class="lead">From the start of ${loaded ? 'the load' : 'connecting'}; the charts show them by their numbers.</p>
<ol class="events" tabindex="0" aria-label="Events">${events.map(
      ({ t, text }) => html`<li><time>${formatDuration(Math.round(t / 100) * 100)}</time> <span>${text}</span></li>
`,
    )}</ol>`,
  );
};
