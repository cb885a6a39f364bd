import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { text } from '../../../src/reporters/text.ts';
import { verdict } from '../../../src/reporters/verdict.ts';
import type { Result } from '../../../src/verdict/result.ts';
import { judged, ordinaryRun, plan, threshold } from '../../support/hand-made.ts';
import { written } from '../../support/written.ts';

const short = { labels: { qos: 1 }, counts: { messages_sent: 9, deliveries_expected: 9, deliveries_made: 6 } } as const;
const result = judged(
  plan({ thresholds: [threshold('messages_lost', 'count', '==', 0)] }),
  ordinaryRun([short], { events: [{ atUs: 101_500_000, text: 'the broker closed 2 connections' }] }),
);

describe('texts of others', () => {
  const nasty = '\u001b[31mred\r\n::error::here and there ##[error]more\u0007\u009b';
  /** A saved result may be of anybody: every text in it is such a one. */
  const spoilt = (value: unknown): unknown => {
    if (typeof value === 'string') return `::error::${nasty} ${'::error::x '.repeat(40)}${value}`;
    if (Array.isArray(value)) return value.map(spoilt);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, spoilt(one)]));
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what a terminal obeys
  const paint = /\u001b\[\d+m/g;
  const { verdict: word, trust, groups, ...rest } = result;
  const strange = {
    ...(spoilt(rest) as Result),
    verdict: word,
    trust,
    groups: { ...groups, [`::error::${nasty}`]: rest.totals },
  };

  for (const [name, open] of Object.entries({ text, verdict })) {
    it(`begin no line and give no order, to a terminal or to a step, by ${name}`, () => {
      for (const colour of [false, true]) {
        const output = written({ columns: 100, colour });
        open(output).end?.(strange);
        assert.match(output.text(), /\ufffd\[31mred/);
        assert.doesNotMatch(output.text(), /^\s*::|##\[/m);
        // Painted lines begin and end with what the reporter itself says to a terminal.
        const unpainted = output.text().replaceAll(paint, '');
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        assert.doesNotMatch(unpainted, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      }
    });
  }
});
