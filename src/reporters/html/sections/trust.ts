import { trustMeanings } from '../../text/trust.ts';
import { html } from '../markup.ts';
import { notes, type Section, section } from './section.ts';

/** The verdict on the generator itself. */
export const trust: Section = ({ trust: { verdict, reasons } }) =>
  section(
    'trust',
    'Trust',
    html`<p class="lead"><b class="${verdict === 'trustworthy' ? 'good' : 'warn'}">${verdict}</b>: ${trustMeanings[verdict]}.</p>`,
    notes('warn', reasons),
  );
