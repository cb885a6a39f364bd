import { type PacingOptions, pacings } from '../pacing/index.ts';
import type { Pacing } from '../pacing/pacer.ts';
import { workloadOf } from '../workloads/lookup.ts';
import type { AsRun } from './as-run.ts';
import type { Population } from './population.ts';
import type { ScenarioFields } from './schema.ts';

/** A valid scenario: times in ms, sizes in bytes, rates a second, shares 0 to 1; and the text it was read from. */
export type Scenario = Omit<ScenarioFields, 'name'> & {
  readonly name: string;
  /** The text as written, secrets masked. */
  readonly maskedText: string;
  /** The same as it ran, to run it again. */
  readonly asRun: AsRun;
  /** Of the text before masking, in hexadecimal. */
  readonly sha256: string;
  /** What the user should know about it. */
  readonly warnings: readonly string[];
};

/** The broker of a scenario that names none. */
export const embeddedBroker = { name: 'embedded', weight: 1 } as const;

export function populationOf(scenario: ScenarioFields, run: string, seed: number): Population {
  return {
    brokers: scenario.brokers ?? [embeddedBroker],
    cluster: scenario.cluster,
    run,
    seed,
    groups: Object.entries(scenario.groups).map(([name, group]) => ({
      name,
      ...group,
      allowDuplicateIds: group.allowDuplicateIds ?? scenario.allowDuplicateIds,
    })),
  };
}

const members: readonly Pacing<PacingOptions>[] = Object.values(pacings);

const defaultWarmUpMs = 2000;
const defaultDurationMs = 30_000;

/**
 * With stages and no duration, the stages last; with message limits alone, the run ends when all are sent (null).
 * Limited messages, and stages that are the whole run, are counted from the first one unless a warm-up is asked for.
 */
export function timesOf(scenario: ScenarioFields): { readonly warmUpMs: number; readonly durationMs: number | null } {
  const { duration, warmUp } = scenario;
  const limited = isLimited(scenario);
  const stagesMs = duration === undefined ? stagesLengthMs(scenario) : 0;
  const warmUpMs = warmUp ?? (limited || stagesMs > 0 ? 0 : defaultWarmUpMs);
  if (duration !== undefined) return { warmUpMs, durationMs: duration };
  if (stagesMs > 0) return { warmUpMs, durationMs: stagesMs - warmUpMs };
  return { warmUpMs, durationMs: limited ? null : defaultDurationMs };
}

/** The longest of all pacings that end; 0 where none does. */
export function stagesLengthMs(scenario: ScenarioFields): number {
  const jobs = Object.values(scenario.groups).flatMap((group) => group.jobs);
  return Math.max(
    0,
    ...jobs.flatMap(({ options }) => members.map((member) => member.lengthMs?.(options as PacingOptions) ?? 0)),
  );
}

function isLimited(scenario: ScenarioFields): boolean {
  const paced = Object.values(scenario.groups)
    .flatMap((group) => group.jobs)
    .filter((job) => workloadOf(job).pacer !== undefined);
  return paced.length > 0 && paced.every((job) => (workloadOf(job).limit?.(job.options) ?? null) !== null);
}
