import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ShareInbox } from '../../../src/metrics/share-inbox.ts';
import { Marks } from '../../../src/verdict/marks.ts';

function inbox(share: number, stream: number, sequences: Iterable<number>): ShareInbox {
  const made = new ShareInbox();
  const place = made.open(share, stream);
  for (const sequence of sequences) made.arrived(place, sequence);
  return made;
}

describe('what members of a share received', () => {
  test('is the first of its number or not, in whatever order', () => {
    const made = new ShareInbox();
    const place = made.open(0, 7);
    const first = [5, 0, 5, 31, 32, 1000, 31, 0].map((sequence) => made.arrived(place, sequence));
    assert.deepEqual(first, [true, true, false, true, true, true, false, false]);
    assert.equal(made.arrived(made.open(1, 7), 5), true);
    assert.equal(made.open(0, 7), place);
  });

  test('is known up to a limit, and says so beyond it', () => {
    const small = new ShareInbox(8);
    const place = small.open(0, 0);
    assert.deepEqual([small.arrived(place, 255), small.arrived(place, 255), small.full], [true, false, false]);
    assert.deepEqual([small.arrived(place, 256), small.arrived(place, 256), small.full], [true, true, true]);
    assert.equal(small.arrived(place, 255), false);
  });

  test('is put together from all threads: what came twice, what is missing, how far it came', () => {
    const even = Array.from({ length: 100 }, (_, i) => 2 * i);
    const odd = Array.from({ length: 100 }, (_, i) => 2 * i + 1);
    const told = (...threads: ShareInbox[]) => new Marks(threads.flatMap((thread) => thread.marks()));
    const both = told(
      inbox(3, 9, even),
      inbox(
        3,
        9,
        odd.filter((one) => one !== 63),
      ),
    );
    assert.deepEqual(both.of(3, 9, 0, 200), { repeated: 0, examples: [], missing: [63, 63], next: 200 });
    assert.deepEqual(both.of(3, 9, 10, 230), { repeated: 0, examples: [], missing: [63, 63, 200, 229], next: 200 });
    const twice = told(inbox(3, 9, [...even, 1, 3]), inbox(3, 9, odd), inbox(2, 9, even));
    assert.deepEqual(twice.of(3, 9, 0, 200), { repeated: 2, examples: [1, 3], missing: [], next: 200 });
    assert.deepEqual(twice.of(3, 9, 2, 200), { repeated: 1, examples: [3], missing: [], next: 200 });
    assert.deepEqual(twice.of(3, 8, 5, 7), { repeated: 0, examples: [], missing: [5, 6], next: 5 });
  });

  test('agrees with sets of numbers, whatever comes to whom', () => {
    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 50; round++) {
      const sets = [0, 1, 2].map(() => new Set(Array.from({ length: random(300) }, () => random(300))));
      const marks = new Marks(sets.flatMap((set) => inbox(0, 0, set).marks()));
      const [from, to] = [random(100), 100 + random(250)];
      const { repeated, missing, next } = marks.of(0, 0, from, to);
      const inside = sets.map((set) => [...set].filter((one) => one >= from && one < to));
      const union = new Set(inside.flat());
      const gone: number[] = [];
      for (let i = 0; i < missing.length; i += 2)
        for (let number = missing[i] as number; number <= (missing[i + 1] as number); number++) gone.push(number);
      assert.equal(repeated, inside.flat().length - union.size);
      assert.deepEqual(
        gone,
        Array.from({ length: to - from }, (_, i) => from + i).filter((one) => !union.has(one)),
      );
      assert.equal(next, Math.max(from, ...[...union].map((one) => one + 1)));
    }
  });
});
