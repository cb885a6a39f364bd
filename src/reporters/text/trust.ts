import type { TrustVerdict } from '../../verdict/result.ts';
import type { Section } from './section.ts';
import { item, wrap } from './table.ts';

/** What each verdict on the generator means for the numbers. */
export const trustMeanings: Readonly<Record<TrustVerdict, string>> = {
  trustworthy: 'the generator kept its pace, the numbers are the broker’s',
  degraded: 'read the numbers with care',
  invalid: 'the numbers are not the broker’s',
};

/** The verdict on the generator itself; what the head of the report has said already is not said again. */
export const trust: Section = ({ trust, reasons: toldAbove }, width, ink) => {
  const { verdict, reasons } = trust;
  const paint = verdict === 'trustworthy' ? ink.green : ink.yellow;
  const [first = '', ...more] = wrap(`${verdict}: ${trustMeanings[verdict]}`, width - 7);
  return [
    `${ink.bold('Trust')}  ${paint(verdict)}${ink.dim(first.slice(verdict.length))}`,
    ...more.map((line) => ink.dim(`       ${line}`)),
    ...reasons
      .filter((reason) => !toldAbove.includes(reason))
      .flatMap((reason) => item('!', reason, width, ink.yellow)),
  ];
};
