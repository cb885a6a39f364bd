import { trustMeanings } from '../../text/trust.ts';
import { html } from '../markup.ts';
import { notes, type Section, section } from './section.ts';

/** The verdict on the generator itself; what the head of the page has said already is not said again. */
export const trust: Section = ({ trust: { verdict, reasons }, reasons: toldAbove }) =>
  section(
    'trust',
    'Trust',
    html`<p class="lead"><b class="${verdict === 'trustworthy' ? 'good' : 'warn'}">${verdict}</b>: ${trustMeanings[verdict]}.</p>`,
    notes(
      'warn',
      reasons.filter((reason) => !toldAbove.includes(reason)),
    ),
  );
