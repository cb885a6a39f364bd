import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { conduct } from '../../../src/backends/conduct.ts';
import { nowUs } from '../../../src/base/clock.ts';
import type { Absence, Phase, Snapshot } from '../../../src/metrics/snapshot.ts';
import { noProgress } from '../../../src/metrics/snapshot.ts';
import type { Execute } from '../../../src/plan/execution.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { type CellContents, group, plan, snapshot } from '../../support/hand-made.ts';
import { within } from '../../support/wait-for.ts';

type Told = { readonly phase: Phase; readonly changes?: Partial<Snapshot> & { at?: readonly CellContents[] } };
type Word = { readonly say: 'start' | 'drain' | 'end'; readonly atUs: number; readonly absent: readonly Absence[] };

const publishers = group('p', { clients: 4 });
const subscribers = group('s', {
  clients: 2,
  jobs: [{ workload: 'subscribe', options: { topic: '#', qos: 0 }, firstStream: 0 }],
});

/** All are connected, and their streams active. */
function gauges(connected: { p?: number; s?: number } = {}, more: CellContents['gauges'] = {}): CellContents[] {
  const { p = 4, s = 2 } = connected;
  return [
    { labels: { group: 'p' }, gauges: { clients_connected: p, streams_active: 4, ...more } },
    { labels: { group: 's' }, gauges: { clients_connected: s } },
  ];
}

/** What an execution tells of itself, one thing after the other; a word that it is waiting for makes it go on. */
function scripted(script: readonly (Told | 'start' | 'drain' | 'end')[]) {
  const words: Word[] = [];
  const controller = new AbortController();
  const execute: Execute = (_, tell) => {
    let at = 0;
    let second = 100;
    const go = () => {
      for (;;) {
        const step = script[at];
        if (step === undefined) return;
        if (typeof step === 'string') {
          if (!words.some(({ say }) => say === step)) return;
        } else tell(snapshot(step.phase, second++, { at: gauges(), ...step.changes }));
        at++;
      }
    };
    setImmediate(go);
    const hear = (say: Word['say'], atUs = 0, absent: readonly Absence[] = []) => {
      words.push({ say, atUs, absent });
      setImmediate(go);
    };
    return {
      start: (atUs, absent) => hear('start', atUs, absent),
      drain: (atUs) => hear('drain', atUs),
      end: () => hear('end'),
    };
  };
  return { words, execute, controller };
}

async function conducted(
  script: readonly (Told | 'start' | 'drain' | 'end')[],
  changes: Partial<Plan> = {},
  onSnapshot: (one: Snapshot, controller: AbortController) => void = () => {},
) {
  const { words, execute, controller } = scripted(script);
  const whole = plan({ groups: [publishers, subscribers], ...changes });
  const phases: Phase[] = [];
  const all = async () => {
    for await (const one of conduct(whole, execute, controller.signal)) {
      phases.push(one.phase);
      onSnapshot(one, controller);
    }
  };
  await within(all(), 'the end of the run');
  return { words, phases, said: words.map(({ say }) => say) };
}

const twins = group('p', { clients: 4, allowDuplicateIds: true, clientId: 'x' });

test('of clients that share an id it counts who has been connected: they are never there all at once', async () => {
  const at = [
    {
      labels: { group: 'p' },
      counts: { connects: 5, reconnects: 2 },
      gauges: { clients_connected: 1, clients_waiting: 3 },
    },
  ];
  const script: (Told | 'start' | 'end')[] = [
    { phase: 'ready', changes: { at } },
    'start',
    { phase: 'draining', changes: { at: [] } },
    ...ended,
  ];
  assert.equal((await conducted(script, { groups: [twins] })).said[0], 'start');
});

const ended: readonly ('end' | Told)[] = ['end', { phase: 'ended', changes: { at: [] } }];
const ordinary: readonly (Told | 'start' | 'drain' | 'end')[] = [
  { phase: 'connecting' },
  { phase: 'ready' },
  'start',
  { phase: 'warmUp' },
  { phase: 'measuring' },
];

describe('conducting a run', () => {
  test('starts when all are ready, drains when the time is over, ends when nothing is owed', async () => {
    const { said, phases } = await conducted([...ordinary, { phase: 'draining' }, ...ended]);
    assert.deepEqual(said, ['start', 'drain', 'end']);
    assert.deepEqual(phases, ['connecting', 'ready', 'warmUp', 'measuring', 'draining', 'ended']);
  });

  test('begins the measured window on a whole second, and gives notice', async () => {
    const before = nowUs();
    const { words } = await conducted([...ordinary, { phase: 'draining' }, ...ended], { warmUpMs: 1234 });
    const atUs = words[0]?.atUs ?? 0;
    assert.equal((atUs + 1_234_000) % 1_000_000, 0);
    assert.ok(atUs - before >= 400_000 && atUs - nowUs() < 1_500_000);
  });

  test('passes on what is absent, whoever told it', async () => {
    const absent = (index: number): Told => ({
      phase: 'connecting',
      changes: { absent: [{ group: 's', index, job: 0, granted: 128 }] },
    });
    const { words } = await conducted([absent(0), absent(1), ...ordinary, { phase: 'draining' }, ...ended]);
    assert.deepEqual(
      words[0]?.absent.map(({ index }) => index),
      [0, 1],
    );
  });

  test('does not start with fewer clients of a group than atLeast', async () => {
    const half = (p: number, s: number) => [{ phase: 'ready', changes: { at: gauges({ p, s }) } } as const, ...ended];
    assert.deepEqual((await conducted(half(1, 2))).said, ['end']);
    assert.deepEqual((await conducted(half(4, 0))).said, ['end']);
    const enough: typeof ordinary = [{ phase: 'ready', changes: { at: gauges({ p: 2, s: 1 }) } }, ...ordinary.slice(2)];
    assert.deepEqual((await conducted([...enough, { phase: 'draining' }, ...ended])).said, ['start', 'drain', 'end']);
  });

  test('judges atLeast without rounding up by accident', async () => {
    // 0.55 x 100 is a little more than 55.
    const groups = [group('p', { clients: 100, connect: { ...publishers.connect, atLeast: 0.55 } })];
    const at = [{ labels: { group: 'p' }, gauges: { clients_connected: 55, streams_active: 1 } }];
    const script = ordinary.map((step) => (typeof step === 'string' ? step : { ...step, changes: { at } }));
    const { said } = await conducted([...script, { phase: 'draining', changes: { at } }, ...ended], { groups });
    assert.deepEqual(said, ['start', 'drain', 'end']);
  });
});

describe('the load ends early', () => {
  test('when every stream has reached its limit, right after the last publish', async () => {
    const progress = { ...noProgress, lastDueUs: 777 };
    const { words } = await conducted([
      ...ordinary,
      { phase: 'measuring', changes: { at: gauges({}, { streams_active: 0 }), progress } },
      'drain',
      { phase: 'draining' },
      ...ended,
    ]);
    assert.deepEqual(
      words.map(({ say, atUs }) => (say === 'drain' ? atUs : say)),
      ['start', 778, 'end'],
    );
  });

  test('when no publisher, or no subscriber, is left or may come back', async () => {
    for (const who of [{ p: 0 }, { s: 0 }]) {
      const { said } = await conducted([
        ...ordinary,
        { phase: 'measuring', changes: { at: gauges(who) } },
        'drain',
        { phase: 'draining', changes: { at: gauges(who) } },
        ...ended,
      ]);
      assert.deepEqual(said, ['start', 'drain', 'end']);
    }
  });

  test('but not while one of them is waiting to come back', async () => {
    const waiting = gauges({ p: 0 }, { clients_waiting: 1 });
    const { said, phases } = await conducted([
      ...ordinary,
      { phase: 'measuring', changes: { at: waiting } },
      { phase: 'measuring' },
      { phase: 'draining' },
      ...ended,
    ]);
    assert.deepEqual(said, ['start', 'drain', 'end']);
    assert.equal(phases.filter((phase) => phase === 'measuring').length, 3);
  });

  test('at the signal, which drains; before the load it ends at once', async () => {
    const stopAt = (phase: Phase) => (one: Snapshot, controller: AbortController) => {
      if (one.phase === phase) controller.abort('SIGINT');
    };
    const loaded = await conducted([...ordinary, 'drain', { phase: 'draining' }, ...ended], {}, stopAt('measuring'));
    assert.deepEqual(loaded.said, ['start', 'drain', 'end']);
    const gathering = await conducted([{ phase: 'connecting' }, ...ended], {}, stopAt('connecting'));
    assert.deepEqual(gathering.said, ['end']);
  });

  test('at once where the signal came before everything', async () => {
    const { words, execute, controller } = scripted(ended);
    controller.abort('SIGTERM');
    for await (const one of conduct(plan(), execute, controller.signal)) assert.equal(one.phase, 'ended');
    assert.deepEqual(
      words.map(({ say }) => say),
      ['end'],
    );
  });
});

describe('the drain', () => {
  const counted = (counts: CellContents['counts'], more: CellContents['gauges'] = {}): Told => ({
    phase: 'draining',
    changes: {
      at: [...gauges({}, more), { labels: { group: 's', qos: 1 }, ...(counts === undefined ? {} : { counts }) }],
    },
  });
  const drains = async (steps: readonly Told[], changes: Partial<Plan> = {}) => {
    const { phases } = await conducted([...ordinary, ...steps, ...ended], changes);
    return phases.filter((phase) => phase === 'draining').length;
  };

  test('goes on while something is in flight or owed', async () => {
    const steps = [counted({}, { in_flight: 1 }), counted({}, { publishes_owed: 1 }), counted({})];
    assert.equal(await drains(steps), 3);
  });

  test('goes on until what is expected has come, in the window or outside of it', async () => {
    const outside: Told = {
      phase: 'draining',
      changes: { at: [...gauges(), { labels: { group: 's', qos: 1 }, outside: { deliveries_made: 1 } }] },
    };
    assert.equal(await drains([counted({ deliveries_expected: 3 }), counted({ deliveries_made: 2 }), outside]), 3);
  });

  test('ends with its time, whatever is missing', async () => {
    assert.equal(await drains([counted({ deliveries_expected: 3 }, { in_flight: 1 })], { drainMs: 0 }), 1);
  });

  test('ends when nobody is left to wait for', async () => {
    const alone: Told = {
      phase: 'draining',
      changes: { at: [{ labels: { group: 's' }, counts: { deliveries_expected: 5 }, gauges: { in_flight: 1 } }] },
    };
    assert.equal(await drains([alone]), 1);
  });
});

describe('a run that breaks off', () => {
  test('is ended when whoever listens stops listening', async () => {
    const { words, execute, controller } = scripted(ordinary);
    for await (const one of conduct(plan({ groups: [publishers, subscribers] }), execute, controller.signal)) {
      if (one.phase === 'ready') break;
    }
    assert.deepEqual(
      words.map(({ say }) => say),
      ['start', 'end'],
    );
  });

  test('ends by itself where all workers have died', async () => {
    const { phases } = await conducted([{ phase: 'connecting' }, { phase: 'ended', changes: { at: [] } }]);
    assert.deepEqual(phases, ['connecting', 'ended']);
  });
});
