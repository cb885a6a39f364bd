import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snapshot } from '../../../src/metrics/snapshot.ts';
import { text } from '../../../src/reporters/text.ts';
import { verdict } from '../../../src/reporters/verdict.ts';
import type { Result } from '../../../src/verdict/result.ts';
import type { CellContents } from '../../support/hand-made.ts';
import { group, judged, ordinaryRun, plan, snapshot, threshold } from '../../support/hand-made.ts';
import { written } from '../../support/written.ts';

const spread = (from: number, to: number) => Array.from({ length: 500 }, (_, i) => from + ((to - from) * i) / 499);

const busy: readonly CellContents[] = [
  {
    labels: { qos: 1 },
    counts: {
      messages_sent: 5000,
      messages_acked: 4990,
      publishes_dropped: 10,
      messages_received: 40,
      messages_unacked: 10,
    },
    times: { publish_time: spread(500, 90_000), schedule_lag: spread(10, 900) },
  },
  {
    counts: {
      bytes_sent: 2_000_000,
      bytes_received: 90_000,
      connect_errors: 15,
      disconnects: 2,
      reconnects: 2,
      connects: 2,
    },
  },
  { causes: { connect_errors: { connection_refused: 12, connect_timeout: 3 }, disconnects: { connection_reset: 2 } } },
  { labels: { group: 'dashboards' }, counts: { connects: 10 }, times: { connect_time: spread(900, 14_000) } },
  {
    labels: { group: 'dashboards', qos: 1 },
    counts: { messages_received: 24_990, deliveries_expected: 25_000, deliveries_made: 24_990, messages_duplicated: 3 },
    times: { delivery_time: spread(700, 160_000), delivery_service_time: spread(600, 155_000) },
  },
];

const asked = plan({
  name: 'Telemetry fan-in',
  groups: [group('sensors-with-a-long-name-of-the-group', { clients: 0 }), group('dashboards'), group('g')],
  thresholds: [
    threshold('delivery_time', { percentile: 99 }, '<', 50_000),
    threshold('messages_lost', 'count', '==', 0, { level: 'warn' }),
    threshold('delivery_violations', 'count', '==', 0, { implicit: true }),
  ],
});

function told(result: Result, columns: number, colour = false): string {
  const output = written({ columns, colour });
  text(output).end?.(result);
  return output.text();
}

const result = judged(
  asked,
  ordinaryRun(busy, { events: [{ atUs: 101_500_000, text: 'the broker closed 2 connections' }] }),
);

describe('the text report', () => {
  it('begins with the verdict and its reasons', () => {
    const lines = told(result, 100).split('\n');
    assert.match(lines[0] ?? '', /^✗ FAILED {2}Telemetry fan-in · 2s measured/);
    assert.match(lines.slice(1, 4).join('\n'), /· delivery_time: p\(99\) < 50000, but it was 158ms\./);
  });

  it('ticks what holds, crosses what fails, and marks what only warns', () => {
    const report = told(result, 100);
    assert.match(report, /✗ delivery_time +p\(99\) < 50000 +158ms/);
    assert.match(report, /! messages_lost +count == 0 +10/);
    assert.match(report, /✓ delivery_violations +count == 0 +0 +always asked/);
  });

  it('shows failed thresholds first, then those that warn, with their part of the run, and when they were worst', () => {
    const base = { expression: 'p(99) < 50ms', level: 'fail', implicit: false, limit: 50 } as const;
    const windowed = { ...base, window: 5000, windows: { judged: 20, failed: 3 }, worstAt: 13_000 };
    const one: Result = {
      ...result,
      thresholds: [
        { ...base, metric: 'connect_time', value: 4, passed: true },
        { ...base, metric: 'subscribe_time', value: 60, passed: false, level: 'warn' },
        { ...windowed, metric: 'delivery_time{group=dashboards,qos=1}', value: 230, passed: false },
        {
          ...windowed,
          metric: 'publish_time',
          value: 40,
          passed: true,
          worstAt: 7000,
          windows: { judged: 20, failed: 0 },
        },
        { ...base, metric: 'schedule_lag', value: 70, passed: false, abortOnFail: true, aborted: { t: 18_000 } },
        { ...windowed, metric: 'wait_time', value: null, passed: false, windows: { judged: 0, failed: 0 } },
      ],
    };
    const section = (columns: number) =>
      /^Thresholds.*?\n\n/ms.exec(told(one, columns))?.[0].trimEnd().split('\n') ?? [];
    assert.deepEqual(section(100), [
      'Thresholds                                 asked                         was',
      '  ✗ schedule_lag                           p(99) < 50ms                 70ms  stopped the run at 18s',
      '  ✗ delivery_time{group=dashboards,qos=1}  p(99) < 50ms in every 5s    230ms  worst 13s to 18s',
      '  ✗ wait_time                              p(99) < 50ms in every 5s  no data  no whole window',
      '  ! subscribe_time                         p(99) < 50ms                 60ms',
      '  ✓ connect_time                           p(99) < 50ms                  4ms',
      '  ✓ publish_time                           p(99) < 50ms in every 5s     40ms  worst 7s to 12s',
    ]);
    // Where a line has no room, what failed still says when; no name is cut.
    assert.deepEqual(section(78).slice(1, 6), [
      '  ✗ schedule_lag                           p(99) < 50ms                 70ms',
      '      stopped the run at 18s',
      '  ✗ delivery_time{group=dashboards,qos=1}  p(99) < 50ms in every 5s    230ms',
      '      worst 13s to 18s',
      '  ✗ wait_time                              p(99) < 50ms in every 5s  no data',
    ]);
    assert.deepEqual(section(60).slice(0, 5), [
      'Thresholds',
      '  ✗ schedule_lag',
      '      p(99) < 50ms: 70ms, stopped the run at 18s',
      '  ✗ delivery_time{group=dashboards,qos=1}',
      '      p(99) < 50ms in every 5s: 230ms, worst 13s to 18s',
    ]);
  });

  it('keeps p99 of groups on narrow terminals', () => {
    const groups = Object.entries(result.groups).filter(([name]) => name.length < 20);
    const report = told({ ...result, groups: Object.fromEntries(groups) }, 60);
    assert.match(report, /^Groups +sent\/s +publish p99 +delivery p99 +lost$/m);
  });

  it('has the figures of throughput, latency, delivery, connections and groups', () => {
    const report = told(result, 100);
    assert.match(report, /sent +2,500\.0 +5,000 +976\.6KiB\/s/);
    assert.match(report, /publish_time +500 +45\.\d\d +81\.\d\d +89\.\d\d +\d\d\.\d\d +90\.\d\d/);
    assert.match(report, /dashboards +1 +25,000 +24,990 +10 +0\.04 % +3 +0/);
    assert.match(report, /lost: unknown 10/);
    assert.match(report, /failed attempts +15: connection_refused 12, connect_timeout 3/);
    assert.match(report, /connections lost +2: connection_reset 2/);
    assert.match(report, /^Groups +sent\/s/m);
    assert.match(report, /1\.5s {2}the broker closed 2 connections|1\.5s the broker closed 2 connections/);
  });

  it('says what causes of a loss mean, what was given up with a connection, and when clients came back', () => {
    const report = told(
      judged(
        plan(),
        ordinaryRun([
          { counts: { connects: 3, reconnects: 3, disconnects: 3, sessions_gone: 3 } },
          {
            labels: { qos: 1 },
            counts: {
              messages_sent: 50,
              messages_acked: 40,
              publish_errors: 10,
              deliveries_expected: 50,
              deliveries_made: 40,
              deliveries_unacked: 4,
            },
            causes: { publish_errors: { session_lost: 10 } },
          },
          { labels: { qos: 0 }, counts: { deliveries_expected: 2 } },
        ]),
      ),
      100,
    ).replaceAll(/\s+/g, ' ');
    assert.match(report, /! lost: session_gone 6, unknown 4, qos0 2 · qos0: nobody promises delivery at QoS 0/);
    assert.match(
      report,
      /· session_gone: the broker had lost the sessions that it was to keep: is its persistence on,/,
    );
    assert.match(report, /· unknown: clients were disconnected or a thread died/);
    assert.match(report, /10 refused or given up: given up with their connection 10/);
    assert.match(
      report,
      /kept sessions 0 of 3 found again · the broker kept none of the sessions: is its persistence on/,
    );
    assert.match(report, /Events from the start of the load 2s g: connected again, 3 reconnects in all/);
  });

  it('says when the first and the last clients came back', () => {
    const back = (n: number) => [{ counts: { connects: n, reconnects: n, disconnects: n } }];
    const snapshots = ordinaryRun(back(3)).map((each) =>
      each.phase === 'draining' && each.second === 104
        ? snapshot('draining', 104, { at: back(2), progress: each.progress })
        : each,
    );
    const { events } = judged(plan(), snapshots);
    assert.deepEqual(events, [
      { t: 2000, text: 'g: the first are connected again' },
      { t: 5000, text: 'g: the last are connected again, 5 reconnects in all' },
    ]);
  });

  for (const columns of [100, 80, 60, 40]) {
    it(`keeps every line within ${columns} columns`, () => {
      for (const line of told(result, columns).split('\n'))
        assert.ok(line.length <= columns, `${line.length}: ${line}`);
    });
  }

  it('is at most 100 columns wide on a wider terminal', () => {
    assert.equal(told(result, 200), told(result, 100));
  });

  it('is the same with colour, but for the colours', () => {
    const coloured = told(result, 100, true);
    assert.notEqual(coloured, told(result, 100));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours.
    assert.equal(coloured.replaceAll(/\u001b\[\d+m/g, ''), told(result, 100));
  });

  it('can be told again from a saved result', () => {
    assert.equal(told(JSON.parse(JSON.stringify(result)) as Result, 100), told(result, 100));
  });

  it('says how to repeat the run, seed included', () => {
    assert.match(told(result, 100), /again: mqtt-stress run hand-made --seed 7/);
  });

  it('says what made the run, with its memory where that is known', () => {
    assert.match(told(result, 100), /client wire, 1 thread, at most 100MiB of memory,\s/);
    const { peakMemoryBytes: _, ...run } = result.run;
    assert.match(told({ ...result, run }, 100), /client wire, 1 thread, mqtt-stress/);
  });

  it('breaks that command where a shell takes it, and within the width', () => {
    const commandLine =
      "mqtt-stress run hand-made --set groups.sensors.publish.0.rate=100/s --set 'a=x y z, x y z, x y z'";
    const { run, ...rest } = result;
    const [, again = ''] = told({ ...rest, run: { ...run, commandLine } }, 40).split(/^(?=again:)/m);
    assert.equal(again.replaceAll(' \\\n  ', ' ').trim(), `again: ${commandLine} --seed ${run.seed}`);
    for (const line of again.split('\n')) assert.ok(line.length <= 40, line);
  });

  it('has no table of figures where nothing was measured', () => {
    const failed = judged(asked, [snapshot('connecting', 99, { at: busy.slice(2, 3) }), snapshot('ended', 130)]);
    const report = told(failed, 100);
    assert.match(report, /✗ NOT STARTED/);
    assert.doesNotMatch(report, /Throughput|Latency|Trust/);
  });
});

describe('several brokers in the text report', () => {
  const brokers = ['north', 'south'].map((name) => ({
    name,
    target: { url: `mqtt://${name}:1883` },
    weight: 1,
    embedded: false,
  }));
  const cells: readonly CellContents[] = [
    { labels: { broker: 'north' }, counts: { connects: 5 } },
    { labels: { broker: 'north', qos: 1 }, counts: { messages_sent: 100, deliveries_expected: 9, deliveries_made: 9 } },
    {
      labels: { broker: 'south' },
      counts: { connects: 8, reconnects: 3, disconnects: 5, connect_errors: 4 },
      causes: { disconnects: { connection_closed: 5 }, connect_errors: { connection_refused: 4 } },
    },
    { labels: { broker: 'south', qos: 1 }, counts: { messages_sent: 60, deliveries_expected: 9, deliveries_made: 7 } },
  ];

  it('have a line each, with what was lost and came back, and what went wrong on which', () => {
    const report = told(judged(plan({ brokers }), ordinaryRun(cells)), 100);
    assert.match(report, /^Brokers +clients +sent\/s +received\/s .*lost +reconnects$/m);
    assert.match(report, /^ {2}north +5 +50\.0 +0\.0 +0 +0$/m);
    assert.match(report, /^ {2}south +5 +30\.0 +0\.0 +2 +3$/m);
    const south =
      'south: 4 failed attempts \\(connection_refused 4\\), 5 connections lost \\(connection_closed 5\\), 2 deliveries lost';
    assert.match(report.replaceAll(/\s+/g, ' '), new RegExp(`! ${south} \\(unknown 2\\)`));
    assert.doesNotMatch(report, /! north/);
  });

  it('have a line each where nothing was measured', () => {
    const report = told(
      judged(plan({ brokers }), [snapshot('connecting', 99, { at: cells }), snapshot('ended', 130)]),
      100,
    );
    assert.match(report, /^Brokers +connected +failed attempts\n {2}north +5 +0\n {2}south +5 +4$/m);
  });
});

describe('the verdict reporter', () => {
  it('says it in one line', () => {
    const output = written({});
    verdict(output).end?.(judged(plan(), ordinaryRun([{ counts: { messages_sent: 100 } }])));
    assert.equal(output.text(), '✓ PASSED hand-made: 10 clients, sent 50/s, received 0/s, lost 0\n');
    const narrow = written({ interactive: true, columns: 40 });
    verdict(narrow).end?.(judged(plan(), ordinaryRun([{ counts: { messages_sent: 100 } }])));
    assert.equal(narrow.text(), '✓ PASSED hand-made: 10 clients, sent\n  50/s, received 0/s, lost 0\n');
    const one = written({});
    verdict(one).end?.(judged(plan({ groups: [group('g', { clients: 1 })] }), ordinaryRun()));
    assert.match(one.text(), /: 1 client, sent/);
  });
});

describe('the recovery section', () => {
  const us = (ms: number) => 100_000_000 + ms * 1000;
  const measured = { counts: {}, causes: {}, times: {} };
  const back = [us(1500), us(1400), 1, us(1600), us(1590), 2];
  const first = { lost: [us(1100), us(1090), us(1120), us(1095)], back, gone: [] };
  const gone = { lost: [us(2500), 0], back: [], gone: [us(2500)] };
  const toldOf = (breaks: object, columns = 100) => {
    const all = { lost: [], back: [], gone: [], delivered: [], acknowledged: [], givenUp: [], ...breaks };
    const cells = [{ labels: { group: 'g', broker: 'b' }, measured, outside: measured, gauges: {}, breaks: all }];
    const run = ordinaryRun();
    return told(judged(plan(), [...run.slice(0, 3), { ...(run[3] as Snapshot), cells }, ...run.slice(4)]), columns);
  };

  it('is absent where no connection broke', () => {
    assert.doesNotMatch(told(judged(plan(), ordinaryRun()), 100), /Recovery/);
  });

  it('tells an outage in a line of instants and one of words', () => {
    const text = toldOf({ ...first, delivered: [us(1650)], givenUp: [us(1100), 3] });
    assert.match(text, /^Recovery +lost +last good +noticed +by all +first back +50 % +90 % +all back +delivered$/m);
    assert.match(text, /^ {2}outage 1 +2 +1\.095 +1\.100 +1\.120 +1\.400 +1\.500 +1\.600 +1\.600 +1\.650$/m);
    assert.match(
      text.replaceAll(/\s+/g, ' '),
      / 0\.555s from the last good message to the first delivery afterwards, 1 of 2 sessions present, 3 publishes given up with their connections, 0 deliveries lost/,
    );
  });

  it('tells no time without service where some were back before others were lost', () => {
    const rolling = {
      lost: [us(1100), us(1090), us(1450), us(1449)],
      back: [us(1400), us(1390), 0, us(1800), us(1790), 0],
    };
    for (const delivered of [1420, 1449.5]) {
      const lost = [us(1100), us(1090), us(1380), us(1379), us(1450), us(1449)];
      const text = toldOf({ lost, back: [...rolling.back, us(1900), us(1890), 0], delivered: [us(delivered)] });
      const after = ((delivered - 1100) / 1000).toFixed(3);
      assert.ok(
        text.replaceAll(/\s+/g, ' ').includes(`first delivery ${after}s after the first loss (others were lost later)`),
        text,
      );
      assert.doesNotMatch(text, /from the last good message/);
    }
  });

  it('says who did not come back, and that there was no message again', () => {
    const text = toldOf({ lost: [...first.lost, ...gone.lost], back, gone: gone.gone });
    assert.match(text, /^ {2}outage 2 +1 +- +2\.500 +2\.500 +- +- +- +- +-$/m);
    assert.match(
      text.replaceAll(/\s+/g, ' '),
      /2: those who were lost got no message again, 1 gave up \(see reconnect\)/,
    );
  });

  it('fits 40 columns', () => {
    for (const line of toldOf(first, 40).split('\n')) assert.ok(line.length <= 40 || !line.includes('outage'), line);
  });
});
