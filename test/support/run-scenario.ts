import assert from 'node:assert/strict';
import type { Backend } from '../../src/backends/backend.ts';
import { backends } from '../../src/backends/index.ts';
import { makeRunTag } from '../../src/base/random.ts';
import type { Snapshot } from '../../src/metrics/snapshot.ts';
import type { Totals } from '../../src/metrics/totals.ts';
import { compile } from '../../src/plan/compile.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { run } from '../../src/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { Result } from '../../src/verdict/result.ts';

export type RunSettings = {
  readonly backend?: 'inline' | 'threads' | Backend;
  readonly workers?: number;
  readonly client?: string;
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly second?: (snapshot: Snapshot, totals: Totals) => void;
};

export function planOf(text: string, { client = 'wire', seed = 1 }: RunSettings = {}): Plan {
  const loaded = parseScenario('test.yaml', text);
  if (!('scenario' in loaded)) throw new Error(JSON.stringify(loaded, null, 2));
  return compile(loaded.scenario, { runTag: makeRunTag(Date.now()), seed, commandLine: 'test', client });
}

/** Runs a scenario as `mqtt-stress run` does, without the command line. */
export async function runScenario(text: string, settings: RunSettings = {}): Promise<Result> {
  const { backend = 'inline', workers = 1, second, signal } = settings;
  const made = typeof backend === 'string' ? await backends[backend]() : backend;
  return run(planOf(text, settings), made(workers), {
    reporters: second === undefined ? [] : [{ second }],
    signal: signal ?? new AbortController().signal,
    threads: { count: workers, why: 'asked for' },
    versions: { tool: '0', node: process.version, os: '', cpu: '', cores: 2 },
    machine: { addresses: [], hostName: '' },
    allowInvalid: true,
  });
}

/** A counter of measured window and outside together: all that a broker could have seen. */
export function overall({ totals }: Result, counter: keyof Result['totals']['outside']): number {
  return totals[counter].count + (totals.outside[counter] ?? 0);
}

/** The equations of docs/measuring.md, over the whole run; `atQos0`: how many were sent at QoS 0, which is never acknowledged. */
export function assertEquations(result: Result, atQos0 = 0): void {
  const all = (counter: Parameters<typeof overall>[1]) => overall(result, counter);
  const { totals } = result;
  const refused = all('publish_errors') - (totals.publish_errors.by?.['session_lost'] ?? 0);
  assert.equal(all('publishes_due'), all('messages_sent') + all('publishes_dropped') + totals.publishes_owed.last);
  assert.equal(all('messages_sent') - atQos0, all('messages_acked') + refused + all('messages_unacked'));
  const judged = all('deliveries_made') + all('messages_duplicated') + all('messages_copied');
  assert.equal(all('messages_received'), judged + all('messages_unjudged'));
  assert.equal(totals.deliveries_expected.count, totals.deliveries_made.count + totals.messages_lost.count);
}
