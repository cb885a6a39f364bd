import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { code, plain, table } from '../../../src/reporters/markdown/escape.ts';
import { markdown, markdownOf } from '../../../src/reporters/markdown.ts';
import type { Result } from '../../../src/verdict/result.ts';
import { group, judged, ordinaryRun, plan, snapshot, threshold } from '../../support/hand-made.ts';
import { toldOf } from '../../support/told.ts';

const result = judged(
  plan({
    thresholds: [
      threshold('messages_sent', 'count', '==', 10),
      threshold('publish_time', { percentile: 99 }, '<', 500),
    ],
  }),
  ordinaryRun([
    { counts: { messages_sent: 10, publish_errors: 2 }, times: { publish_time: [1000, 2000] } },
    { causes: { publish_errors: { session_lost: 2 } } },
    { labels: { qos: 1 }, counts: { deliveries_expected: 10, deliveries_made: 9 } },
  ]),
);

describe('the markdown report', () => {
  it('begins with the verdict, and has failed thresholds first', async () => {
    const lines = (await toldOf(markdown, result)).split('\n');
    assert.equal(lines[0], '## ❌ FAILED: hand-made');
    const rows = lines.filter((line) => /^\| (❌|✅)/.test(line));
    assert.deepEqual(rows, [
      '| ❌ failed | `publish_time` | `p(99) < 500` | 2ms |',
      '| ✅ | `messages_sent` | `count == 10` | 10 |',
    ]);
  });

  it('has figures, latencies, deliveries, connections and how to run it again', async () => {
    const text = await toldOf(markdown, result);
    assert.match(text, /^\| sent \| 5\.0 \| 10 \|/m);
    assert.match(text, /^- 2 refused or given up: given up with their connection 2$/m);
    assert.match(text, /^\| `publish_time` \| 2 \| 1\.00 \| 2\.00 \|/m);
    assert.match(text, /^\| `g` \| 1 \| 10 \| 9 \| 1 10\.0 % \| 0 \| 0 \|$/m);
    assert.match(text, /^- 10 of 10 clients connected/m);
    assert.match(text, /```sh\nmqtt-stress run hand-made\n```\n$/);
  });

  it('tells a run that measured nothing by its reasons', async () => {
    const text = await toldOf(markdown, judged(plan(), [snapshot('connecting', 99), snapshot('ended', 130)]));
    assert.match(text, /^## ❌ NOT STARTED: hand-made\n\n- Group g: 0 of 10 clients connected/);
    assert.doesNotMatch(text, /Latency|Throughput/);
  });

  it('leaves out what stands last where it has no room', () => {
    const whole = markdownOf(result);
    const cut = markdownOf(result, 600);
    assert.ok(Buffer.byteLength(cut) <= 600);
    assert.match(
      cut,
      /^## ❌ FAILED[\s\S]*### Thresholds[\s\S]*The rest is too long for this place: it is in the result file\.$/,
    );
    assert.equal(markdownOf(result, Buffer.byteLength(whole) + 100), whole);
  });

  it('counts rows beyond the fiftieth', () => {
    const groups = Array.from({ length: 60 }, (_, i) => group(`g${i}`));
    const many: Result = judged(plan({ groups }), ordinaryRun());
    assert.match(markdownOf(many), /^\| `g49` \|[^\n]*\n\nand 10 more in the result file$/m);
  });
});

describe('a text in Markdown', () => {
  const texts: readonly [string, string, string][] = [
    ['keeps a table’s cell whole', 'a|b\nc', 'a\\|b c'],
    ['is no HTML', '<img src=x onerror=alert(1)>&amp;', '&lt;img src=x onerror=alert(1)&gt;&amp;amp;'],
    ['is no code, no emphasis, no link', '`a` *b* [c](d) ~~e~~', '\\`a\\` \\*b\\* \\[c\\](d) \\~\\~e\\~\\~'],
    ['mentions nobody and has no formula', '@all $x$', '&#64;all &#36;x&#36;'],
    ['keeps underscores within a word', 'delivery_time _x_', 'delivery_time \\_x\\_'],
    ['begins no heading and no list', '# a', '\\# a'],
    ['begins no numbered list', '1. a', '1\\. a'],
    ['shows a number as it is', '1.8 % of them', '1.8 % of them'],
  ];
  for (const [name, text, shown] of texts) it(name, () => assert.equal(plain(text), shown));

  it('is code that it cannot end', () => {
    assert.equal(code('p(99) < 1|2'), '`p(99) < 1\\|2`');
    assert.equal(code('a``b'), '``` a``b ```');
    assert.equal(code(''), '');
  });

  it('is a table with its columns aligned', () => {
    assert.equal(
      table(
        [
          { title: 'a', align: 'left' },
          { title: 'b', align: 'right' },
        ],
        [['1', '2']],
      ),
      '| a | b |\n| --- | --: |\n| 1 | 2 |',
    );
  });
});
