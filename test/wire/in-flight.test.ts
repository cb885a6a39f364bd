import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InFlight } from '../../src/clients/wire/in-flight.ts';
import { randomFor } from '../support/seeded.ts';

describe('the window of publishes in flight', () => {
  test('gives out each packet id once, from 1 on, and then says full', () => {
    const window = new InFlight(3);
    const take = () => window.take(1, 0, 0, 0, 0);
    assert.deepEqual([take(), take(), take(), take(), window.count], [1, 2, 3, 0, 3]);
  });

  test('keeps stream, due and written time of each, and what it waits for', () => {
    const window = new InFlight(2);
    window.take(1, 16_777_215, 3e12, 3e12 + 1, 0);
    const id = window.take(2, 5, 7, 8, 0);
    assert.deepEqual([window.stream(1), window.dueUs(1), window.writtenUs(1)], [16_777_215, 3e12, 3e12 + 1]);
    assert.deepEqual(
      [window.answer(0x40, 1, 0), window.answer(0x50, 1, 0), window.answer(0x70, 1, 0)],
      ['done', 'unknown', 'unknown'],
    );
    assert.deepEqual([window.answer(0x40, id, 0), window.answer(0x70, id, 0)], ['unknown', 'unknown']);
  });

  test('leads a QoS 2 publish from PUBREC to PUBCOMP, and ends it with a PUBREC that refuses [MQTT-4.3.3-1]', () => {
    const window = new InFlight(2);
    const id = window.take(2, 0, 0, 0, 0);
    assert.equal(window.answer(0x50, id, 0x87), 'done');
    assert.equal(window.answer(0x50, id, 0), 'pubrel');
    // The broker may not have seen our PUBREL, and asks again.
    assert.equal(window.answer(0x50, id, 0), 'pubrel');
    assert.equal(window.answer(0x50, id, 0x87), 'unknown');
    assert.equal(window.answer(0x70, id, 0), 'done');
  });

  test('keeps when the first PUBREC of each came, and forgets it with the id', () => {
    const window = new InFlight(1);
    const id = window.take(2, 0, 0, 0, 0);
    assert.equal(window.pubrecUs(id), 0);
    window.received(id, 3e12);
    window.received(id, 3e12 + 5);
    assert.equal(window.pubrecUs(id), 3e12);
    window.release(id);
    assert.equal(window.take(2, 0, 0, 0, 0), id);
    assert.equal(window.pubrecUs(id), 0);
  });

  test('knows nothing of ids that are not in flight', () => {
    const window = new InFlight(2);
    const id = window.take(1, 0, 0, 0, 0);
    window.release(id);
    for (const one of [0, 1, 2, 3, 65_535]) {
      for (const first of [0x40, 0x50, 0x70]) assert.equal(window.answer(first, one, 0), 'unknown');
    }
  });

  test('lets an id rest as long as possible before it is used again [MQTT-2.2.1-3]', () => {
    const window = new InFlight(4);
    const used: number[] = [];
    for (let i = 0; i < 8; i++) {
      const id = window.take(1, 0, 0, 0, 0);
      used.push(id);
      window.release(id);
    }
    assert.deepEqual(used, [1, 2, 3, 4, 1, 2, 3, 4]);
  });

  test('never has two publishes under one id, in whatever order they are acknowledged', (t) => {
    const random = randomFor(t);
    for (const size of [1, 2, 7, 100, 65_499]) {
      const window = new InFlight(size);
      const flying = new Map<number, number>();
      for (let i = 0; i < 20_000; i++) {
        if (random(2) === 0) {
          const id = window.take(1, i, i, i, 0);
          assert.equal(id === 0, flying.size === size);
          if (id === 0) continue;
          assert.ok(id >= 1 && id <= size && !flying.has(id));
          flying.set(id, i);
        } else if (flying.size > 0) {
          const [id, stream] = (random(2) === 0 ? [...flying.entries()].at(-1) : [...flying.entries()][0]) as [
            number,
            number,
          ];
          assert.equal(window.stream(id), stream);
          window.release(id);
          flying.delete(id);
        }
        assert.equal(window.count, flying.size);
      }
    }
  });

  test('gives up all that is in flight, each told once', () => {
    const window = new InFlight(5);
    for (let i = 0; i < 5; i++) window.take(2, i, i * 10, 0, 0);
    window.release(2);
    const told: number[][] = [];
    window.abandon((stream, dueUs) => told.push([stream, dueUs]));
    assert.deepEqual(
      told.sort(([a = 0], [b = 0]) => a - b),
      [
        [0, 0],
        [2, 20],
        [3, 30],
        [4, 40],
      ],
    );
    assert.equal(window.count, 0);
    const again = Array.from({ length: 6 }, () => window.take(1, 0, 0, 0, 0));
    assert.deepEqual([...new Set(again)].sort(), [0, 1, 2, 3, 4, 5]);
  });
});
