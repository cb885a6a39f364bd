import type { CounterName } from '../metrics/catalog.ts';
import type { Plan } from '../plan/plan.ts';
import type { Result } from '../verdict/result.ts';
import { type LiveSecond, LiveSeconds } from './live.ts';
import type { OpenReporter } from './reporter.ts';

const mostGroups = 20;

/**
 * One JSON object a line, as the run goes on: `type` is `start`, then `second` once a second, then `result`. A saved run has no
 * `start`, and its seconds are those of its series.
 */
export const ndjson: OpenReporter = ({ stream }) => {
  const write = (line: object) => void stream.write(`${JSON.stringify(line)}\n`);
  let live: LiveSeconds | undefined;
  const soFar: Partial<Record<CounterName, number>> = {};
  return {
    mediaType: 'application/x-ndjson',
    start(plan) {
      write(startOf(plan));
      const groups = plan.groups.length <= mostGroups ? plan.groups.map(({ name }) => name) : [];
      live = new LiveSeconds(plan, (second) => write(lineOf(second, groups, soFar)));
    },
    second(snapshot) {
      live?.add(snapshot);
    },
    end(result) {
      if (live === undefined) for (const second of result.series) write({ type: 'second', ...second });
      live?.close();
      write(resultOf(result));
    },
  };
};

function startOf({ name, run, warmUpMs, durationMs, drainMs, groups, brokers }: Plan): object {
  return {
    type: 'start',
    run: run.tag,
    name,
    seed: run.seed,
    warmUpMs,
    durationMs,
    drainMs,
    groups: Object.fromEntries(groups.map(({ name, clients }) => [name, { clients }])),
    brokers: brokers.map(({ name }) => name),
  };
}

/** An entry of the result's series, with the time of day and the run so far: all that a broker saw, warm-up included. */
function lineOf(second: LiveSecond, groups: readonly string[], soFar: Partial<Record<CounterName, number>>): object {
  const parts = groups.map((group) => [group, second.counts(({ labels }) => labels.group === group)] as const);
  const whole = second.counts();
  for (const [name, count] of Object.entries(whole.counts) as [CounterName, number][]) {
    soFar[name] = (soFar[name] ?? 0) + count;
  }
  return {
    type: 'second',
    at: new Date(second.atMs).toISOString(),
    t: second.t,
    phase: second.phase,
    ...whole,
    ...(parts.length > 0 && { groups: Object.fromEntries(parts) }),
    totals: soFar,
  };
}

/** The seconds have been told. */
function resultOf({ series: _told, ...result }: Result): object {
  return { type: 'result', ...result };
}
