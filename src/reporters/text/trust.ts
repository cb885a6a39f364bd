import type { Section } from './section.ts';
import { item, wrap } from './table.ts';

/** The verdict on the generator itself; what the head of the report has said already is not said again. */
export const trust: Section = ({ trust, reasons: toldAbove }, width, ink) => {
  const { verdict, reasons } = trust;
  const paint = verdict === 'trustworthy' ? ink.green : ink.yellow;
  const meaning =
    verdict === 'trustworthy'
      ? 'the generator kept its pace, the numbers are the broker’s'
      : verdict === 'degraded'
        ? 'read the numbers with care'
        : 'the numbers are not the broker’s';
  const [first = '', ...more] = wrap(`${verdict}: ${meaning}`, width - 7);
  return [
    `${ink.bold('Trust')}  ${paint(verdict)}${ink.dim(first.slice(verdict.length))}`,
    ...more.map((line) => ink.dim(`       ${line}`)),
    ...reasons
      .filter((reason) => !toldAbove.includes(reason))
      .flatMap((reason) => item('!', reason, width, ink.yellow)),
  ];
};
