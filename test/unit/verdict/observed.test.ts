import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Observation, Sample } from '../../../src/observers/observer.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { text } from '../../../src/reporters/text.ts';
import { type CellContents, group, judged, ordinaryRun, plan } from '../../support/hand-made.ts';
import { written } from '../../support/written.ts';

const at = (seconds: number, values: Sample['values']): Sample => ({ atUs: seconds * 1e6, values });

function observation(changes: Partial<Observation> = {}): Observation {
  return {
    broker: 'b',
    observer: '$SYS',
    source: '$SYS of mosquitto version 2.0.11',
    samples: [at(98, { messagesReceived: 1000 }), at(110, { messagesReceived: 11_000 })],
    whole: true,
    uncounted: [],
    notes: [],
    ...changes,
  };
}

const sent = (count: number, outside = 0, qos: 0 | 1 | 2 = 1): CellContents => ({
  labels: { qos },
  counts: { messages_sent: count },
  outside: { messages_sent: outside },
});

function seen(cells: readonly CellContents[], observations: readonly Observation[], of = plan()) {
  const result = judged(of, ordinaryRun(cells), { observations });
  const [first] = result.brokers['b']?.observed ?? assert.fail('not observed');
  return { result, ...(first ?? assert.fail('not observed')) };
}

describe('the broker’s own counts', () => {
  it('stand beside ours of the whole run, warm-up included', () => {
    const { counters, notes } = seen([sent(9000, 1000)], [observation()]);
    assert.deepEqual(counters.messagesReceived, { total: 10_000, ours: 10_000, agrees: true });
    assert.deepEqual(notes, []);
  });

  it('agree up to 10 messages and up to 0.1 %', () => {
    const agrees = (ours: number) => seen([sent(ours)], [observation()]).counters.messagesReceived?.agrees;
    assert.deepEqual([9991, 10_010, 9989, 10_011].map(agrees), [true, true, false, false]);
    const few = observation({ samples: [at(98, { messagesReceived: 0 }), at(110, { messagesReceived: 500 })] });
    assert.equal(seen([sent(499)], [few]).counters.messagesReceived?.agrees, false);
  });

  it('that differ are a note, in either direction, and fail nothing', () => {
    const more = seen([sent(9800)], [observation()]);
    assert.match(more.notes.join(), /received 200 messages more than this run sent to it \(2\.04 %\): somebody else/);
    assert.equal(more.result.exitCode, seen([sent(10_000)], [observation()]).result.exitCode);
    const fewer = seen([sent(12_500)], [observation()]);
    assert.match(
      fewer.notes.join(),
      /received 2,500 messages fewer than this run sent to it \(20 %\): what was written/,
    );
  });

  describe('of several entries that are one broker', () => {
    const names = ['b', 'c', 'd'];
    const schemes = ['mqtt', 'mqtt', 'ws'];
    const several = (count: number, changes: Partial<Plan> = {}) =>
      plan({
        brokers: names
          .slice(0, count)
          .map((name, i) => ({ name, target: { url: `${schemes[i]}://h:${i}/` }, weight: 1, embedded: false })),
        ...changes,
      });
    const by = (broker: string, messages: number, bytes: number): CellContents => ({
      labels: { broker, qos: 1 },
      counts: { messages_sent: messages, messages_received: messages, bytes_sent: bytes },
    });
    const counted = (messagesReceived: number, messagesSent: number, bytesReceived: number) =>
      observation({
        samples: [
          at(98, { messagesReceived: 0, messagesSent: 0, bytesReceived: 0 }),
          at(110, { messagesReceived, messagesSent, bytesReceived }),
        ],
      });

    it('are held against the sum of ours, which is said', () => {
      // The observer of the other entry is a client, too: of it there are 84 messages.
      const { counters, notes } = seen([by('b', 80, 3000), by('c', 80, 3000)], [counted(160, 244, 6000)], several(2));
      assert.deepEqual(counters.messagesReceived, { total: 160, ours: 160, agrees: true });
      assert.deepEqual(counters.bytesReceived, { total: 6000, ours: 6000, agrees: true });
      assert.deepEqual(counters.messagesSent, { total: 244, ours: 160, agrees: false });
      const [together, more, ...rest] = notes;
      assert.match(together ?? '', /this run did on b, c together.*they are one broker, or share/);
      assert.match(more ?? '', /84 messages more .* to another broker of the run or its observer, to somebody else/);
      assert.deepEqual(rest, []);
    });

    it('are found among others; bytes of one over WebSocket are compared with nothing', () => {
      const cells = [by('b', 80, 3000), by('c', 90, 4000), by('d', 70, 2000)];
      const pair = seen(cells, [counted(170, 170, 9100)], several(3));
      assert.match(pair.notes.join(), /did on b, c together/);
      assert.deepEqual(pair.counters.bytesReceived, { total: 9100 });
      const all = seen(cells, [counted(240, 240, 9100)], several(3));
      assert.match(all.notes.join(), /did on b, c, d together/);
      assert.deepEqual(all.counters.bytesReceived, { total: 9100 });
      assert.equal(all.notes.length, 1);
      // Where both are equal, it may be either; WebSocket comes last, as it may not be counted.
      const even = [by('b', 80, 3000), by('c', 80, 3000), by('d', 80, 3000)];
      const either = seen(even, [counted(160, 160, 6000)], several(3, { brokers: several(3).brokers.toReversed() }));
      assert.match(either.notes.join(), /did on b, c together/);
      const plain = several(3).brokers.map((broker) => ({ ...broker, target: { url: 'mqtt://h' } }));
      assert.match(
        seen(even, [counted(160, 160, 6000)], several(3, { brokers: plain })).notes.join(),
        /did on b and one of c, d together/,
      );
    });

    it('are not taken for one where the counts of each are right, or of none', () => {
      const cells = [by('b', 80, 3000), by('c', 90, 4000)];
      assert.deepEqual(seen(cells, [counted(80, 80, 3000)], several(2)).notes, []);
      const other = seen(cells, [counted(400, 80, 3000)], several(2));
      assert.equal(other.counters.messagesReceived?.ours, 80);
      assert.match(other.notes.join(), /320 messages more .*: somebody else sends to it too$/);
      const joined = seen(cells, [counted(120, 80, 3000)], several(2, { cluster: true }));
      assert.match(
        joined.notes.join(),
        /40 messages more .*: another broker of the run passes on to it what it gets, or/,
      );
    });
  });

  it('are told alone where the observer did not see all of the run', () => {
    const { counters, notes } = seen([sent(9000)], [observation({ whole: false, notes: ['it lost its connection'] })]);
    assert.deepEqual([counters, notes], [{}, ['it lost its connection']]);
  });

  it('are held against ours without QoS 2 where the broker leaves it out, and not at all with RETAIN', () => {
    const job = (changes: object) => ({
      workload: 'publish',
      firstStream: 0,
      options: { topic: 'a', qos: 1, retain: false, rate: 10, payload: 256, ...changes },
    });
    const uncounted = ['qos2', 'retained'] as const;
    const mixed = plan({ groups: [group('g', { jobs: [job({}), job({ qos: 2 })] })] });
    const two = seen([sent(10_000), sent(700, 0, 2)], [observation({ uncounted })], mixed);
    assert.equal(two.counters.messagesReceived?.ours, 10_000);
    assert.match(two.notes.join(), /messages in are those of QoS 0 and 1/);
    const retaining = plan({ groups: [group('g', { jobs: [job({ retain: true })] })] });
    const kept = seen([sent(10_000)], [observation({ uncounted })], retaining);
    assert.deepEqual(kept.counters.messagesReceived, { total: 10_000 });
    assert.match(kept.notes.join(), /not compared: before 2\.0\.15/);
    const plain = seen([sent(10_000)], [observation({ uncounted })]);
    assert.deepEqual([plain.counters.messagesReceived?.ours, plain.notes], [10_000, []]);
  });

  it('have a rate in the measured window, and gauges of it', () => {
    const samples = [
      at(98, { bytesSent: 0, clientsConnected: 0 }),
      at(101, { bytesSent: 100, clientsConnected: 9 }),
      at(103, { bytesSent: 5100, clientsConnected: 10 }),
      at(110, { bytesSent: 5200, clientsConnected: 0 }),
    ];
    const { counters, gauges } = seen([{ counts: { bytes_received: 5200 } }], [observation({ samples })]);
    assert.deepEqual(counters.bytesSent, { total: 5200, rate: 2500, ours: 5200, agrees: true });
    assert.deepEqual(gauges.clientsConnected, { last: 10, min: 9, max: 10 });
  });

  it('tell nothing of the run where there was only the reading before it', () => {
    const samples = [at(98, { bytesSent: 100, clientsConnected: 0 })];
    const { counters, gauges } = seen([], [observation({ samples, whole: false })]);
    assert.deepEqual([counters, gauges], [{}, {}]);
  });

  it('leave bytes over WebSocket uncompared', () => {
    const samples = [at(98, { bytesSent: 0 }), at(110, { bytesSent: 500 })];
    const web = plan({ brokers: [{ name: 'b', target: { url: 'ws://h:80/mqtt' }, weight: 1, embedded: false }] });
    assert.deepEqual(seen([], [observation({ samples })], web).counters.bytesSent, { total: 500 });
  });

  it('are laid beside the seconds in which they were read, as rates since the reading before', () => {
    const samples = [at(99.6, { messagesReceived: 5 }), at(101.6, { messagesReceived: 405 })];
    const process = observation({
      observer: 'process',
      samples: [at(101, { cpuSeconds: 1 }), at(102, { cpuSeconds: 1.25 })],
    });
    const { result } = seen([], [observation({ samples }), process]);
    const told = result.series.flatMap(({ t, observed }) => (observed === undefined ? [] : [[t, observed['b']]]));
    assert.deepEqual(told, [
      [-1000, {}],
      [0, {}],
      [1000, { messagesReceived: 200, cpuSeconds: 0.25 }],
    ]);
  });
});

describe('the section of the report', () => {
  const report = (columns: number, observations: readonly Observation[]) => {
    const output = written({ columns, colour: false });
    text(output).end?.(judged(plan(), ordinaryRun([sent(9800)]), { observations }));
    return output.text();
  };

  it('has the counts side by side, the process, what the broker dropped, and the notes', () => {
    const samples = [
      at(98, { messagesReceived: 0, messagesDropped: 3 }),
      at(110, { messagesReceived: 10_000, messagesDropped: 45 }),
    ];
    const process = observation({
      observer: 'process',
      source: 'process 12 (mosquitto)',
      samples: [at(101, { cpuSeconds: 0, memoryBytes: 2 ** 20 }), at(103, { cpuSeconds: 0.5, memoryBytes: 2 ** 21 })],
    });
    const told = report(100, [observation({ samples }), process]);
    assert.match(
      told,
      /The broker’s own view +by its count +by ours +difference\n +messages in +10,000 +9,800 +\+200\n/,
    );
    assert.match(
      told,
      /b: process 12 \(mosquitto\): CPU 25 % of a core while measured, 0\.50 s in all, memory at most 2MiB/,
    );
    assert.match(told, /! b: it says that it dropped 42 messages/);
    assert.match(told, /! b: the broker received 200 messages more than this run sent/);
  });

  it('fits narrow terminals, and is one line where nothing could be seen', () => {
    const note = 'it could not connect: connection_refused';
    const told = report(40, [observation({ samples: [], whole: false, notes: [note] })]);
    assert.ok(told.split('\n').every((line) => line.length <= 40));
    assert.match(told.replaceAll(/\s+/g, ' '), new RegExp(note));
  });

  it('is not there where nothing was observed', () => {
    assert.doesNotMatch(report(100, []), /own view/);
  });
});
