import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noVitals } from '../../../src/base/vitals.ts';
import { Recorder } from '../../../src/metrics/recorder.ts';
import { noProgress } from '../../../src/metrics/snapshot.ts';

const labels = { group: 'g', broker: 'b', qos: 1 } as const;
const health = { worker: 'w', utilisation: 0.5, publishing: true, receiving: false, vitals: noVitals };

function taken(recorder: Recorder, second = 1) {
  return recorder.take('measuring', { second, tenth: 0 }, health, noProgress);
}

describe('a recorder', () => {
  test('gives one cell for the same labels, and others for other QoS or none', () => {
    const recorder = new Recorder(2048);
    assert.equal(recorder.cell(labels), recorder.cell({ ...labels }));
    assert.notEqual(recorder.cell(labels), recorder.cell({ ...labels, qos: 2 }));
    assert.notEqual(recorder.cell(labels), recorder.cell({ group: 'g', broker: 'b' }));
  });

  test('counts by due time: from the first instant of the window on, before its end', () => {
    const recorder = new Recorder(2048);
    const early = recorder.cell(labels);
    early.at(150).counts.messages_sent++;
    recorder.measure(100, 200);
    const late = recorder.cell({ ...labels, qos: 2 });
    for (const cell of [early, late]) {
      for (const dueUs of [99, 100, 199, 200]) cell.at(dueUs).counts.messages_sent++;
    }
    assert.deepEqual(
      taken(recorder).cells.map(({ measured, outside }) => [
        measured.counts.messages_sent,
        outside.counts.messages_sent,
      ]),
      // Before the window was known everything was outside of it.
      [
        [2, 3],
        [2, 2],
      ],
    );
  });

  test('moves the end of the window for what comes after', () => {
    const recorder = new Recorder(2048);
    const cell = recorder.cell(labels);
    recorder.measure(100, 200);
    cell.at(180).counts.messages_acked++;
    recorder.measure(100, 150);
    cell.at(180).counts.messages_acked++;
    const [told] = taken(recorder).cells;
    assert.deepEqual([told?.measured.counts, told?.outside.counts], [{ messages_acked: 1 }, { messages_acked: 1 }]);
  });

  test('tells counts, causes and times once, and gauges each time', () => {
    const recorder = new Recorder(2048);
    const cell = recorder.cell(labels);
    cell.run.cause('disconnects', 'connection_reset');
    cell.run.cause('disconnects', 'connection_reset', 2);
    cell.run.cause('disconnects', 'keep_alive_timeout');
    cell.run.times.connect_time.record(5);
    cell.run.times.connect_time.record(5);
    cell.gauges.clients_connected = 3;
    const [first] = taken(recorder).cells;
    assert.deepEqual(first?.measured, {
      counts: { disconnects: 4 },
      causes: { disconnects: { connection_reset: 3, keep_alive_timeout: 1 } },
      times: { connect_time: [5, 2] },
    });
    assert.deepEqual(first?.gauges, { clients_connected: 3 });
    const [second] = taken(recorder).cells;
    assert.deepEqual(second?.measured, { counts: {}, causes: {}, times: {} });
    assert.deepEqual(second?.gauges, { clients_connected: 3 });
  });

  test('tells absences, events and loop delay once', () => {
    const recorder = new Recorder(256);
    recorder.absent({ group: 'g', index: 1, job: 0, granted: 128 });
    recorder.event(7, 'something');
    recorder.loopDelay(3);
    const told = taken(recorder, 42);
    assert.deepEqual(
      [told.phase, told.second, told.absent.length, told.events, told.health[0]?.loopDelay],
      ['measuring', 42, 1, [{ atUs: 7, text: 'something' }], [3, 1]],
    );
    const next = taken(recorder);
    assert.deepEqual([next.absent, next.events, next.health[0]?.loopDelay], [[], [], []]);
  });

  test('tells plain JSON', () => {
    const recorder = new Recorder(256);
    recorder.cell(labels).run.times.connect_time.record(9);
    const told = taken(recorder);
    assert.deepEqual(JSON.parse(JSON.stringify(told)), told);
  });
});
