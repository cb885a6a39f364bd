import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Arrival } from '../../../src/metrics/inbox.ts';
import { Inbox } from '../../../src/metrics/inbox.ts';
import type { Random } from '../../support/seeded.ts';
import { randomFor } from '../../support/seeded.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What an inbox says, worked out the long way; numbers do not wrap. */
class Model {
  readonly #seen = new Set<number>();
  readonly #copies = new Map<number, number>();
  #highest = -1;

  arrived(number: number, copiesAllowed: number): Arrival {
    if (number > this.#highest) {
      this.#highest = number;
      this.#seen.add(number);
      return 'first';
    }
    if (!this.#seen.has(number)) {
      this.#seen.add(number);
      return 'outOfOrder';
    }
    if (copiesAllowed > 0 && this.#highest - number >= 64) return 'copy';
    const copies = (this.#copies.get(number) ?? 0) + 1;
    this.#copies.set(number, copies);
    return copies <= copiesAllowed ? 'copy' : 'duplicate';
  }
}

type Habits = { readonly loss: number; readonly late: number; readonly reach: number; readonly again: number };

/** Numbers from `from` on as a lossy, reordering and repeating broker would deliver them; rates are per thousand. */
function* delivered(random: Random, from: number, count: number, { loss, late, reach, again }: Habits) {
  const waiting: { number: number; at: number }[] = [];
  for (let i = 0; i < count; i++) {
    for (let k = waiting.length - 1; k >= 0; k--) {
      const one = waiting[k] as { number: number; at: number };
      if (one.at <= i) {
        waiting.splice(k, 1);
        yield one.number;
      }
    }
    if (random(1000) < loss) continue;
    if (random(1000) < late) waiting.push({ number: from + i, at: i + 1 + random(reach) });
    else yield from + i;
    if (random(1000) < again) yield from + random(i + 1);
    if (random(1000) < again) yield from + i;
  }
  for (const { number } of waiting) yield number;
}

function compare(inbox: Inbox, slot: number, numbers: Iterable<number>, model: Model, copies = 0): void {
  for (const number of numbers) {
    const told = inbox.arrived(slot, number % 2 ** 32, copies);
    const expected = model.arrived(number, copies);
    if (told !== expected) assert.fail(`${number} is ${told}, should be ${expected}`);
  }
}

describe('an inbox tells first, late and repeated arrivals apart', () => {
  test('on random streams with reordering within its map of 64', (t) => {
    const random = randomFor(t);
    for (let i = 0; i < 2000; i++) {
      const inbox = new Inbox();
      const habits = { loss: random(2) * 10, late: random(300), reach: 1 + random(60), again: random(2) * 50 };
      // Few gaps: 16 ranges hold them all.
      const numbers = delivered(random, 0, 20 + random(150), habits);
      compare(inbox, inbox.open(1, 2, 3), numbers, new Model(), random(6));
    }
  });

  test('on random streams with reordering far beyond its map', (t) => {
    const random = randomFor(t);
    for (let i = 0; i < 800; i++) {
      const inbox = new Inbox();
      // At most about a dozen numbers are missing at once.
      const numbers = delivered(random, 0, 600, { loss: 2, late: 10, reach: 500, again: random(2) * 50 });
      compare(inbox, inbox.open(1, 2, 3), numbers, new Model(), random(2));
    }
  });

  test('where blocks of any length are missing and come later', (t) => {
    const random = randomFor(t);
    for (let i = 0; i < 500; i++) {
      const inbox = new Inbox();
      const numbers: number[] = [];
      let next = 0;
      const held: number[][] = [];
      for (let block = 0; block < 6; block++) {
        const length = 1 + random([3, 70, 200][random(3)] as number);
        const numbersOfBlock = Array.from({ length }, (_, k) => next + k);
        next += length;
        if (random(2) === 0) held.push(numbersOfBlock);
        else numbers.push(...numbersOfBlock);
      }
      numbers.push(next, ...held.flat(), next);
      compare(inbox, inbox.open(1, 2, 3), numbers, new Model());
    }
  });

  test('across the wrap-around of 2^32', (t) => {
    const random = randomFor(t);
    for (let i = 0; i < 200; i++) {
      const inbox = new Inbox();
      const slot = inbox.open(1, 2, 3);
      const model = new Model();
      // The numbers that come again after the wrap-around have all arrived, so that no old gap claims them.
      compare(
        inbox,
        slot,
        Array.from({ length: 800 }, (_, k) => k),
        model,
      );
      const from = 2 ** 32 - 1 - random(500);
      compare(inbox, slot, [2 ** 31 - 1, from - 1], model);
      compare(inbox, slot, delivered(random, from, 700, { loss: 2, late: 15, reach: 300, again: 20 }), model);
    }
  });
});

describe('copies', () => {
  test('of a message are allowed up to a number, further ones are duplicates', () => {
    const inbox = new Inbox();
    const slot = inbox.open(0, 0, 0);
    const told = [0, 0, 0, 0, 1, 1, 0].map((sequence) => inbox.arrived(slot, sequence, 2));
    assert.deepEqual(told, ['first', 'copy', 'copy', 'duplicate', 'first', 'copy', 'duplicate']);
  });

  test('that come late are as many as of the latest, until they are too old to be remembered', () => {
    const inbox = new Inbox();
    const slot = inbox.open(0, 0, 0);
    const told = [0, 0, 1, 0, 0, 1, 1, 3, 2, 2, 2].map((sequence) => inbox.arrived(slot, sequence, 1));
    const [first, copy, duplicate, late] = ['first', 'copy', 'duplicate', 'outOfOrder'] as const;
    assert.deepEqual(told, [first, copy, first, duplicate, duplicate, copy, duplicate, first, late, copy, duplicate]);
    inbox.arrived(slot, 64, 1);
    assert.deepEqual(
      [1, 0, 64, 64].map((sequence) => inbox.arrived(slot, sequence, 1)),
      [duplicate, copy, copy, duplicate],
    );
  });

  test('are counted for every pair by itself, also when the table has grown', () => {
    const inbox = new Inbox();
    const most = (receiver: number) => receiver % 5;
    const again = (receiver: number) => inbox.arrived(inbox.find(receiver, 1), 0, most(receiver));
    const receivers = Array.from({ length: 3000 }, (_, receiver) => receiver);
    for (const receiver of receivers) {
      inbox.arrived(inbox.open(receiver, 1, 0), 0, most(receiver));
      if (most(receiver) > 0) assert.equal(again(receiver), 'copy');
    }
    for (const receiver of receivers) {
      for (let copies = 1; copies < most(receiver); copies++) assert.equal(again(receiver), 'copy');
      assert.equal(again(receiver), 'duplicate');
    }
  });

  test('are duplicates where none is allowed', () => {
    const inbox = new Inbox();
    const slot = inbox.open(0, 0, 0);
    assert.deepEqual(
      [0, 0, 1, 0].map((sequence) => inbox.arrived(slot, sequence, 0)),
      ['first', 'duplicate', 'first', 'duplicate'],
    );
  });
});

describe('gaps older than the map', () => {
  /** Every second number of the first 100 has arrived, then far more: 50 numbers are missing one by one. */
  function comb(): { inbox: Inbox; slot: number } {
    const inbox = new Inbox();
    const slot = inbox.open(0, 0, 0);
    for (let n = 1; n < 100; n += 2) inbox.arrived(slot, n, 0);
    inbox.arrived(slot, 100, 0);
    for (let n = 101; n < 300; n++) inbox.arrived(slot, n, 0);
    return { inbox, slot };
  }

  test('beyond 16 ranges the oldest are one, in which as many may still come as are missing', () => {
    const { inbox, slot } = comb();
    // Of the 50 gaps the youngest 15 are exact, all before them are one range from 0 to 68, of which 35 are missing.
    for (let n = 70; n < 100; n += 2) assert.equal(inbox.arrived(slot, n, 0), 'outOfOrder', `${n}`);
    for (let n = 71; n < 100; n += 2) assert.equal(inbox.arrived(slot, n, 0), 'duplicate', `${n}`);
    const told = Array.from({ length: 69 }, (_, n) => inbox.arrived(slot, n, 0));
    assert.equal(told.filter((one) => one === 'outOfOrder').length, 35);
    for (let n = 0; n < 100; n++) assert.equal(inbox.arrived(slot, n, 0), 'duplicate', `${n}`);
  });

  test('stay at most 16 and count what is missing exactly, also when one long gap is filled here and there', () => {
    const inbox = new Inbox();
    const slot = inbox.open(0, 0, 0);
    inbox.arrived(slot, 100_000, 0);
    for (let n = 0; n < 90_000; n += 2) assert.equal(inbox.arrived(slot, n, 0), 'outOfOrder');
    const [{ gaps = [] } = {}] = inbox.arrivals();
    // The map holds the 64 youngest one by one.
    assert.ok(gaps.length <= 3 * (16 + 64));
    const missing = gaps.filter((_, i) => i % 3 === 2).reduce((sum, count) => sum + count, 0);
    assert.equal(missing, 100_000 - 45_000);
  });
});

describe('what an inbox tells at the end', () => {
  test('is every pair, what is next and what is missing, old gaps and young ones', () => {
    const inbox = new Inbox();
    const slot = inbox.open(7, 3, 0);
    for (const n of [0, 1, 5, 200, 202]) inbox.arrived(slot, n, 0);
    inbox.arrived(inbox.open(8, 4, 0), 0, 0);
    const [first, second] = [...inbox.arrivals()].sort((a, b) => a.receiver - b.receiver);
    const { gaps = [], ...pair } = first ?? {};
    assert.deepEqual(pair, { receiver: 7, stream: 3, next: 203, epoch: 0, interrupted: [] });
    const missing = new Set<number>();
    for (let i = 0; i < gaps.length; i += 3) {
      assert.equal((gaps[i + 1] as number) - (gaps[i] as number) + 1, gaps[i + 2]);
      for (let n = gaps[i] as number; n <= (gaps[i + 1] as number); n++) missing.add(n);
    }
    const all = Array.from({ length: 203 }, (_, n) => n);
    assert.deepEqual(missing, new Set(all.filter((n) => ![0, 1, 5, 200, 202].includes(n))));
    assert.deepEqual(second, { receiver: 8, stream: 4, next: 1, epoch: 0, gaps: [], interrupted: [] });
  });

  test('is what was skipped from one time of subscription to the next', () => {
    const inbox = new Inbox();
    const slot = inbox.open(0, 0, 0);
    inbox.arrived(slot, 0, 0, 0);
    inbox.arrived(slot, 3, 0, 0);
    inbox.arrived(slot, 8, 0, 1);
    inbox.arrived(slot, 9, 0, 3);
    inbox.arrived(slot, 12, 0, 4);
    const [{ interrupted, epoch } = {}] = inbox.arrivals();
    assert.deepEqual([interrupted, epoch], [[4, 7, 10, 11], 4]);
  });
});

describe('the table of an inbox', () => {
  test('finds every pair of receiver and stream again, with its route and its own numbers', (t) => {
    const random = randomFor(t);
    const inbox = new Inbox();
    const pairs = new Map<string, { receiver: number; stream: number; route: number; next: number }>();
    for (let i = 0; i < 20_000; i++) {
      const receiver = random(100_000);
      const stream = random(2) === 0 ? random(50) : random(2 ** 24);
      const key = `${receiver} ${stream}`;
      if (pairs.has(key)) continue;
      assert.equal(inbox.find(receiver, stream), -1);
      inbox.open(receiver, stream, i);
      pairs.set(key, { receiver, stream, route: i, next: 0 });
    }
    assert.equal(inbox.size, pairs.size);
    for (const { receiver, stream, route } of pairs.values()) {
      const slot = inbox.find(receiver, stream);
      assert.equal(inbox.route(slot), route);
      assert.equal(inbox.arrived(slot, 0, 0), 'first');
    }
  });

  test('takes at most 48 bytes a pair on average', () => {
    const before = heldBytes();
    const inbox = new Inbox();
    const costs: number[] = [];
    for (let pairs = 1; pairs <= 100_000; pairs++) {
      inbox.open(pairs % 1000, Math.floor(pairs / 1000), 0);
      if (pairs % 10_000 === 0) costs.push((heldBytes() - before) / pairs);
    }
    // The least is what the table holds; the others hold garbage of its growth that was not collected yet.
    const least = Math.min(...costs.slice(-3));
    assert.ok(least <= 48, `${costs}`);
    assert.equal(inbox.size, 100_000);
  });
});

/** Bytes in typed arrays that are still in use. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
