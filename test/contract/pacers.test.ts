import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pacings } from '../../src/pacing/index.ts';
import type { Pacer, Pacing } from '../../src/pacing/pacer.ts';

type Case = { readonly options: unknown; readonly clients: number };

/** Of every member of the table: what it may be asked for. A member without cases fails. */
const cases: Readonly<Record<string, readonly Case[]>> = {
  constant: [
    { options: { rate: 1 }, clients: 1 },
    { options: { rate: 1 / 3 }, clients: 7 },
    { options: { rate: 0.1 }, clients: 10_000 },
    { options: { totalRate: 997.3 }, clients: 13 },
    { options: { totalRate: 1 / 3600 }, clients: 5 },
    { options: { rate: 0 }, clients: 3 },
  ],
  stages: [
    { options: { stages: [{ for: 3_600_000, at: 7.77 }] }, clients: 3 },
    { options: { stages: [{ over: 30_000, to: 100 }] }, clients: 1 },
    {
      options: {
        stages: [
          { over: 10_000, to: 50 },
          { for: 20_000, at: 50 },
          { over: 10_000, to: 0 },
        ],
      },
      clients: 4,
    },
    {
      options: {
        stages: [
          { for: 5000, at: 0 },
          { for: 10_000, at: 0.1 },
          { for: 10_000, at: 0 },
          { over: 7000, to: 13.7 },
          { for: 1, at: 1000 },
        ],
      },
      clients: 3,
    },
    {
      options: {
        stages: [
          { for: 1000, at: 100 },
          { over: 1000, to: 1 / 3 },
          { over: 1000, to: 1000 },
        ],
      },
      clients: 17,
    },
    { options: { stages: [{ for: 1000, at: 0 }] }, clients: 2 },
    { options: { stages: [{ over: 1000, to: 0 }] }, clients: 2 },
  ],
};

const longMs = 7_200_000;

for (const [name, pacing] of Object.entries(pacings) as [string, Pacing<unknown>][]) {
  describe(`the pacing ${name}`, () => {
    test('has cases here', () => assert.ok((cases[name] ?? []).length > 0));

    test('leaves alone what has none of its keys', () => assert.equal(pacing.pacer({}, 3), undefined));

    for (const { options, clients } of cases[name] ?? []) {
      const pacer = pacing.pacer(options, clients) as Pacer;
      describe(`${pacing.describe(options, clients)}, ${clients} clients:`, () => behaves(pacer, pacing, options));
    }
  });
}

/** Operations of the first two hours, thinned out evenly. */
function operations(pacer: Pacer): number[] {
  const all = pacer.due(longMs);
  const step = Math.max(1, Math.floor(all / 5000));
  const some = Array.from({ length: Math.ceil(all / step) }, (_, i) => i * step);
  return all === 0 ? [] : [...some, all - 1];
}

function behaves(pacer: Pacer, pacing: Pacing<unknown>, options: unknown): void {
  test('nothing is due before the start', () => {
    for (const ms of [-1e9, -1, -0.001]) assert.equal(pacer.due(ms), 0);
    assert.ok(pacer.at(0) >= 0);
  });

  test('due(at(n)) is n + 1: an operation is due from its instant on', () => {
    for (const n of operations(pacer)) {
      const atMs = pacer.at(n);
      assert.ok(Number.isFinite(atMs), `operation ${n}`);
      assert.equal(pacer.due(atMs), n + 1, `at ${atMs} ms`);
      assert.ok(pacer.due(atMs - 1e-3) <= n, `before ${atMs} ms`);
    }
  });

  test('what is due has come, what is not due has not', () => {
    for (let ms = 0; ms < 70_000; ms += 77.7) {
      const due = pacer.due(ms);
      if (due > 0) assert.ok(pacer.at(due - 1) <= ms, `operation ${due - 1} at ${ms} ms`);
      assert.ok(pacer.at(due) > ms, `operation ${due} at ${ms} ms`);
    }
  });

  test('at never goes back', () => {
    let before = 0;
    for (const n of [...operations(pacer), pacer.due(longMs), pacer.due(longMs) + 1, 1e9]) {
      const atMs = pacer.at(n);
      assert.ok(atMs >= before, `operation ${n}: ${atMs} after ${before}`);
      before = atMs;
    }
  });

  test('nothing is due after the end, if there is one', () => {
    const endMs = pacing.lengthMs?.(options);
    if (endMs === undefined) return;
    const all = pacer.due(endMs);
    assert.equal(pacer.due(endMs * 2 + 1e9), all);
    assert.equal(pacer.at(all), Number.POSITIVE_INFINITY);
    assert.equal(pacer.at(all + 1000), Number.POSITIVE_INFINITY);
    if (all > 0) assert.ok(pacer.at(all - 1) < endMs);
  });
}
