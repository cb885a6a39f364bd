import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { point } from '../../../src/reporters/influx/line.ts';
import { influx } from '../../../src/reporters/influx.ts';
import { judged, ordinaryRun, plan } from '../../support/hand-made.ts';
import { toldLive, toldOf } from '../../support/told.ts';

const named = plan({ name: 'Fan in, 2=3' });
const run = ordinaryRun([
  {
    labels: { qos: 1 },
    counts: { messages_sent: 10 },
    outside: { messages_sent: 2 },
    times: { publish_time: [1000, 3000] },
  },
  { labels: { group: 'other' }, counts: { connects: 1 } },
]);

type Point = { measurement: string; tags: Record<string, string>; fields: Record<string, string>; at: bigint };

/** The line protocol, as strictly as these tests need. */
function pointsOf(text: string): Point[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, head = '', fields = '', at = ''] =
        /^((?:[^ \\]|\\.)+) ((?:"(?:[^"\\]|\\.)*"|[^" ])+) (-?\d+)$/.exec(line) ?? [];
      assert.notEqual(at, '', line);
      const [measurement = '', ...tags] = head.split(/(?<!\\),/);
      const pairs = (list: string[]) => Object.fromEntries(list.map((pair) => pair.split(/(?<!\\)=(.*)/s).slice(0, 2)));
      const each = fields.match(/\w+=(?:"(?:[^"\\]|\\.)*"|[^,]+)/g) ?? [];
      return { measurement, tags: pairs(tags), fields: pairs(each), at: BigInt(at) };
    });
}

describe('the influx report', () => {
  it('has a point for the whole and one for each part of every second', async () => {
    const points = pointsOf(await toldLive(influx, named, run));
    const measured = points.filter(({ tags, fields }) => tags['phase'] === 'measuring' && 'messages_sent' in fields);
    assert.deepEqual(
      measured.map(({ measurement, tags }) => [measurement, tags['group'], tags['broker'], tags['qos']]),
      [
        ['mqtt_stress', undefined, undefined, undefined],
        ['mqtt_stress_part', 'g', 'b', '1'],
      ],
    );
    const { fields, tags } = measured[0] as Point;
    assert.deepEqual([tags['run'], tags['scenario']], ['abc1234', 'Fan\\ in\\,\\ 2\\=3']);
    assert.deepEqual(
      [fields['messages_sent'], fields['publish_time_count'], fields['publish_time_p50'], fields['publish_time_max']],
      ['12', '2', '1', '3.001'],
    );
  });

  it('gives no two points the same place, which would be one', async () => {
    const points = pointsOf(await toldLive(influx, named, run));
    const places = points.map(({ measurement, tags, at }) => `${measurement} ${JSON.stringify(tags)} ${at}`);
    assert.equal(new Set(places).size, places.length);
  });

  it('ends with the verdict', async () => {
    const last = pointsOf(await toldLive(influx, named, run)).at(-1);
    assert.equal(last?.measurement, 'mqtt_stress_run');
    assert.deepEqual([last?.fields['verdict'], last?.fields['exit_code']], ['"incomplete"', '4']);
    assert.equal(last?.at, BigInt(Date.parse('2026-01-02T03:04:15Z')) * 1_000_000n);
  });

  it('tells a saved run from when it was started', async () => {
    const result = judged(named, run);
    const points = pointsOf(await toldOf(influx, result));
    assert.equal(points[0]?.at, BigInt(Date.parse(result.run.startedAt)) * 1_000_000n);
    assert.ok(points.some(({ measurement, tags }) => measurement === 'mqtt_stress_part' && tags['group'] === 'g'));
  });
});

describe('a point of the line protocol', () => {
  it('escapes tags and texts, sorts tags, and drops empty ones', () => {
    const tags = { b: 'x y', a: 'p,q=r\ns\\', c: '' };
    assert.equal(
      point('m', tags, { n: 1.5, s: 'say "\\"\nhi' }, 1),
      'm,a=p\\,q\\=r\\ s/,b=x\\ y n=1.5,s="say \\"\\\\\\" hi" 1000000\n',
    );
  });

  it('is none without a field', () => {
    assert.equal(point('m', { a: 'b' }, {}, 1), '');
  });

  it('keeps every nanosecond of today', () => {
    assert.equal(point('m', {}, { n: 1 }, 1_795_645_964_407), 'm n=1 1795645964407000000\n');
  });
});
