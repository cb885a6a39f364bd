import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { html } from '../../../src/reporters/html.ts';
import { markdown } from '../../../src/reporters/markdown.ts';
import { text } from '../../../src/reporters/text.ts';
import { merge } from '../../../src/verdict/merge/merge.ts';
import { judged, ordinaryRun, plan, threshold } from '../../support/hand-made.ts';
import { toldOf } from '../../support/told.ts';

const short = {
  labels: { qos: 1 },
  counts: { messages_sent: 9, messages_acked: 9, messages_received: 6, deliveries_expected: 9, deliveries_made: 6 },
} as const;

const broken = (level: 'fail' | 'warn') =>
  judged(
    plan({ thresholds: [threshold('delivery_violations', 'count', '==', 0, { level })] }),
    ordinaryRun([{ counts: { connects: 10 } }, short]),
  );

describe('what may look like a broken promise', () => {
  const [failed, passed] = [broken('fail'), broken('warn')];
  const another = { ...failed, run: { ...failed.run, id: 'another' } };
  const results = { failed, passed, 'two that failed, merged': merge([failed, another]) };

  for (const [name, open] of Object.entries({ text, markdown, html })) {
    for (const [how, result] of Object.entries(results)) {
      it(`is told once where there are violations, by ${name}: ${how}`, async () => {
        assert.deepEqual(result.totals.delivery_violations.by, {
          acked_not_delivered: result.totals.messages_lost.count,
        });
        const told = (await toldOf(open, result)).replaceAll(/\s+/g, ' ');
        const hints = told.match(/a queue limit of the broker .{0,40}, an ACL or an expiry/g);
        assert.equal(hints?.length, 1, told);
      });
    }
  }

  it('is not told where there are none', async () => {
    assert.doesNotMatch(await toldOf(text, judged(plan(), ordinaryRun([]))), /queue limit/);
  });
});
