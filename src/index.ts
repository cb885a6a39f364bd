/** The program as a library; docs/api.md shows it at work. */
import { backends } from './backends/index.ts';
import { UserError } from './base/errors.ts';
import { log } from './base/log.ts';
import { readMachine } from './base/machine.ts';
import { makeRunTag, makeSeed } from './base/random.ts';
import { formatCount } from './base/units.ts';
import { readVersions } from './base/versions.ts';
import { startBroker } from './broker/broker.ts';
import { clients } from './clients/index.ts';
import type { Snapshot } from './metrics/snapshot.ts';
import type { Totals } from './metrics/totals.ts';
import { compile as compileScenario } from './plan/compile.ts';
import { needs } from './plan/needs.ts';
import type { Plan } from './plan/plan.ts';
import { threadsFor } from './plan/threads.ts';
import type { Reporter } from './reporters/reporter.ts';
import { run as runPlan } from './run.ts';
import { load as loadScenario, type LoadOptions as ScenarioOptions } from './scenario/load.ts';
import { loadSaved, readSavedRun, savedRun } from './scenario/saved.ts';
import type { Scenario } from './scenario/scenario.ts';
import { compare as compareRuns } from './verdict/compare/compare.ts';
import { parseRules, partsOf, requireParts } from './verdict/compare/rules.ts';
import type { Comparison } from './verdict/comparison.ts';
import { merge as mergeResults } from './verdict/merge/merge.ts';
import type { Result } from './verdict/result.ts';

export { type ExitCode, exitCode } from './base/exit-codes.ts';
export type { BrokerOptions, EmbeddedBroker } from './broker/broker.ts';
export type { MetricName } from './metrics/catalog.ts';
export type { Phase } from './metrics/snapshot.ts';
export type { Summary } from './metrics/totals.ts';
export { reporters } from './reporters/index.ts';
export type { OpenReporter, Output } from './reporters/reporter.ts';
export { bundledScenarios } from './scenario/bundled.ts';
export { withComparison } from './verdict/compare/with-comparison.ts';
export type { Comparison, RuleResult } from './verdict/comparison.ts';
export type {
  MetricResults,
  OutageResult,
  PartResult,
  RunResult,
  TakeoverResult,
  ThresholdResult,
  TrustVerdict,
  Verdict,
} from './verdict/result.ts';
export { readResult } from './verdict/saved-result.ts';
export { type Plan, type Reporter, type Result, type Scenario, type Snapshot, startBroker, type Totals, UserError };

export type LoadOptions = Omit<ScenarioOptions, 'set' | 'brokers' | 'secrets'> & {
  /** `path=value`, one or several, each checked by the same schema. */
  readonly set?: string | readonly string[];
  /** One url or several, instead of the scenario's brokers. */
  readonly brokers?: string | readonly string[];
};

/** Reads a scenario: a file, or a bundled one by its name. All that is wrong with it is the message of one UserError. */
export async function load(nameOrPath: string, options: LoadOptions = {}): Promise<Scenario> {
  if (typeof nameOrPath !== 'string' || nameOrPath === '')
    throw new UserError('load must be given a file, or the name of a bundled scenario');
  const { set = [], brokers = [], seed = 0 } = options;
  requireSeed(seed);
  const loaded = await loadScenario(nameOrPath, {
    ...options,
    set: texts('set', set),
    brokers: texts('brokers', brokers),
  });
  if ('problems' in loaded) throw new UserError(loaded.problems.join('\n'));
  return loaded.scenario;
}

/** A run to be run again: `compile(scenario, { seed, client })`, `run(plan, { threads })`. */
export type Repeat = {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly client: keyof typeof clients;
  readonly threads: number;
};

/** Reads what a result, or the file of one, holds of its run; the options change it, and give its secrets again. */
export async function loadResult(pathOrResult: string | Result, options: LoadOptions = {}): Promise<Repeat> {
  const saved =
    typeof pathOrResult === 'string' ? await readSavedRun(pathOrResult) : savedRun('the result', pathOrResult);
  const { set = [], brokers = [], seed = saved.seed } = options;
  requireSeed(seed);
  const given = { ...options, seed, set: texts('set', set), brokers: texts('brokers', brokers) };
  const loaded = loadSaved(saved, given);
  if ('problems' in loaded) throw new UserError(loaded.problems.join('\n'));
  return { scenario: loaded.scenario, seed, client: saved.client as Repeat['client'], threads: saved.threads };
}

function texts(option: string, given: string | readonly string[]): readonly string[] {
  const all: readonly unknown[] | undefined =
    typeof given === 'string' ? [given] : Array.isArray(given) ? given : undefined;
  if (all?.every((one) => typeof one === 'string') === true) return all as readonly string[];
  throw new UserError(`${option} must be a text, or a list of texts`);
}

const seeds = 2 ** 32;

function requireSeed(seed: number): void {
  if (!Number.isInteger(seed) || seed < 0 || seed >= seeds)
    throw new UserError(`seed must be a whole number from 0 to ${formatCount(seeds - 1)}, but is ${seed}`);
}

/** A program without types may give anything; the usual slip is a promise that was not awaited. */
function requireMade(given: unknown, keys: readonly string[], rule: string): void {
  const has = typeof given === 'object' && given !== null && keys.every((key) => key in given);
  if (!has) throw new UserError(`${rule}${given instanceof Promise ? ': await it first' : ''}`);
}

export type CompileOptions = {
  /** `wire`, the default, or `mqttjs` for comparison. */
  readonly client?: keyof typeof clients;
  /** Repeats all that is random but the run's own tag. Random by default; give `load` the same one. */
  readonly seed?: number;
  /** {run} in templates; unlike every other by default. */
  readonly runTag?: string;
  /** How to run it again, as reports tell it; secrets must be masked already. */
  readonly commandLine?: string;
  /** Of a broker from `startBroker`, for scenarios that name none. By default `run` starts one and stops it. */
  readonly brokerUrl?: string;
};

/** Resolves a scenario to absolute numbers: pure data. */
export function compile(scenario: Scenario, options: CompileOptions = {}): Plan {
  requireMade(scenario, ['groups', 'thresholds', 'sha256'], 'compile must be given a scenario, as load gives it');
  const { client = 'wire', seed = makeSeed(), runTag = makeRunTag(Date.now()), commandLine = '', brokerUrl } = options;
  if (!Object.hasOwn(clients, client)) {
    throw new UserError(`client must be one of ${Object.keys(clients).join(', ')}, but is "${client}"`);
  }
  requireSeed(seed);
  if (!/^[\w.-]{1,64}$/.test(runTag))
    throw new UserError(`runTag must be 1 to 64 letters, digits, dots, - or _, but is ${JSON.stringify(runTag)}`);
  const told = brokerUrl === undefined ? {} : { brokerUrl };
  return compileScenario(scenario, { client, seed, runTag, commandLine, ...told });
}

export interface RunOptions {
  /** Load threads, never more than clients; 0 keeps all in this thread. `auto`, the default: as the load and the machine ask for. */
  readonly threads?: number | 'auto';
  /** Stops the load, awaits what is in flight, and still gives a result. The reasons 'SIGINT' and 'SIGTERM' are told as such. */
  readonly signal?: AbortSignal;
  /** Told of the plan, of every second, and of the result. */
  readonly reporters?: readonly Reporter[];
  /** What happened in the last second, and the run so far. */
  readonly onSecond?: (snapshot: Snapshot, totals: Totals) => void;
  /** Lets the thresholds decide where the generator was the limit. */
  readonly allowInvalid?: boolean;
  /** Changes the result before reporters get it, as `withComparison(result, compare(baseline, [result]))` does. */
  readonly amend?: (result: Result) => Result;
  /** A run of the baseline, which the html report lays below this one. */
  readonly base?: Result;
}

/** Carries a plan out and judges it. Throws a UserError where this machine does not allow it; all that happens later is in the result. */
export async function run(plan: Plan, options: RunOptions = {}): Promise<Result> {
  requireMade(plan, ['groups', 'brokers', 'run'], 'run must be given a plan, as compile gives it');
  const { signal = new AbortController().signal, reporters = [], onSecond, allowInvalid = false } = options;
  const machine = readMachine();
  const threads = threadsFor(plan, options.threads ?? 'auto', machine);
  const problems = needs(plan, machine, threads.count);
  if (problems.length > 0) {
    throw new UserError(problems.map(({ path, rule, hint }) => `${path.join('.')} ${rule}; ${hint}`).join('\n'));
  }
  const backend = await (threads.count === 0 ? backends.inline() : backends.threads());
  return withBroker(plan, (ready) =>
    runPlan(ready, backend(Math.max(1, threads.count)), {
      reporters: onSecond === undefined ? reporters : [...reporters, { second: onSecond }],
      signal,
      threads,
      versions: readVersions(),
      machine,
      allowInvalid,
      amend: options.amend,
      base: options.base,
    }),
  );
}

/** The embedded broker lives as long as the run, where the plan has none that listens. */
async function withBroker(plan: Plan, use: (ready: Plan) => Promise<Result>): Promise<Result> {
  const waits = (broker: Plan['brokers'][number]): boolean => broker.embedded && broker.target.url === '';
  if (!plan.brokers.some(waits)) return use(plan);
  const { url, version, stop } = await startBroker({ onExit: (how) => log.error(`the embedded broker ended: ${how}`) });
  const brokers = plan.brokers.map((broker) =>
    waits(broker) ? { ...broker, version, target: { ...broker.target, url } } : broker,
  );
  try {
    return await use({ ...plan, brokers });
  } finally {
    await stop();
  }
}

export type CompareOptions = {
  /** As in a scenario: "delivery_time p(99) <= +15% (min 2ms)". By default those of the new runs' scenario, else the usual ones. */
  readonly rules?: readonly string[];
  /** Takes runs too in which the generator was the limit. */
  readonly allowInvalid?: boolean;
};

/** New runs beside those of a baseline: five of each side or more are compared run by run, fewer second by second. */
export function compare(base: readonly Result[], fresh: readonly Result[], options: CompareOptions = {}): Comparison {
  for (const side of [base, fresh]) requireMade(side, ['length'], 'compare must be given two lists of results');
  const { rules, allowInvalid = false } = options;
  const of = (results: readonly Result[]) => results.map((result) => ({ result }));
  const asked = rules === undefined ? {} : { rules: parseRules(rules, 'rules') };
  requireParts(asked.rules ?? [], 'rules', partsOf([...base, ...fresh]), 'these results');
  return compareRuns(of(base), of(fresh), { ...asked, allowInvalid });
}

/** Several runs told as one: those at once as if one generator had made them, those one after another as if one had gone on. */
export function merge(results: readonly Result[]): Result {
  requireMade(results, ['length'], 'merge must be given a list of results');
  const [first, ...more] = results;
  if (first === undefined) throw new UserError('merge must be given one result at least');
  return mergeResults([first, ...more]);
}
