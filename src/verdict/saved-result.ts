import { z } from 'zod';
import { UserError } from '../base/errors.ts';
import { exitCode } from '../base/exit-codes.ts';
import { counterNames, gaugeNames, timeNames } from '../metrics/catalog.ts';
import { parseChangeRule } from '../metrics/change-rule.ts';
import { Histogram } from '../metrics/histogram.ts';
import { phases } from '../metrics/snapshot.ts';
import { readResultFile, requireResult } from '../scenario/result-file.ts';
import type { Result } from './result.ts';

const number = z.number();
const numbers = z.record(z.string(), number);
const texts = z.array(z.string());
const level = z.union([z.literal(0), z.literal(1), z.literal(2)]);

const counter = z.looseObject({ count: number, inWindow: number, rate: number, by: numbers.optional() });
const gauge = z.looseObject({ last: number, min: number, max: number });
const time = z.looseObject({
  count: number,
  ...{ min: number, mean: number, max: number },
  ...{ p50: number, p90: number, p95: number, p99: number, p99_9: number },
  hdr: z.string().refine(Histogram.isEncoded).optional(),
});

/** What a version did not measure yet counts as nothing; `unmeasured` names it. */
const part = z.looseObject({
  ...fields(
    [...counterNames, 'messages_lost', 'delivery_violations'],
    counter.default(() => nothing()),
  ),
  ...fields(gaugeNames, gauge.default({ last: 0, min: 0, max: 0 })),
  ...fields(timeNames, time.optional()),
  outside: numbers.default({}),
});

const nothing = () => ({ count: 0, inWindow: 0, rate: 0 });

const second = z.looseObject({
  counts: numbers,
  times: z.record(z.string(), z.looseObject({ count: number, p50: number, p99: number, max: number })),
  gauges: numbers,
});

const ms = number.optional();
const run = z.looseObject({
  ...fields(['id', 'name', 'startedAt', 'endedAt', 'client', 'commandLine'], z.string()),
  ...fields(['seed', 'threads', 'clients', 'warmUpMs', 'measuredMs', 'drainMs'], number),
  threadsWhy: z.string().default('asked for'),
  durationMs: number.nullable(),
  scenario: z.looseObject({
    text: z.string(),
    sha256: z.string(),
    asRun: z.looseObject({ text: z.string(), secrets: texts }).default({ text: '', secrets: [] }),
  }),
  versions: z.looseObject({ ...fields(['tool', 'node', 'os', 'cpu'], z.string()), cores: number, memoryBytes: ms }),
  peakMemoryBytes: ms,
  fingerprint: z.record(z.string(), z.string()).optional(),
});

const outage = z.looseObject({
  broker: z.string(),
  detected: z.looseObject({ first: number, last: number }),
  back: z.looseObject({ p50: ms, p90: ms, p100: ms }),
  ...fields(['clients', 'losses', 'gone', 'missing', 'givenUp'], number),
});

const observed = z.looseObject({
  observer: z.string(),
  source: z.string(),
  counters: z.record(z.string(), z.looseObject({ total: number })),
  gauges: z.record(z.string(), gauge),
  notes: texts,
});

const written = z.looseObject({
  verdict: z.enum(['passed', 'failed', 'invalid', 'incomplete', 'notStarted', 'aborted']),
  exitCode: z.union(Object.values(exitCode).map((code) => z.literal(code))),
  reasons: texts,
  warnings: texts,
  run,
  trust: z.looseObject({ verdict: z.enum(['trustworthy', 'degraded', 'invalid']), reasons: texts }),
  thresholds: z.array(
    z.looseObject({
      metric: z.string(),
      expression: z.string(),
      value: number.nullable(),
      passed: z.boolean(),
      level: z.enum(['fail', 'warn']),
      implicit: z.boolean(),
      ...fields(['limit', 'window', 'after', 'worstAt'], number.optional()),
      where: z.looseObject({}).optional(),
      abortOnFail: z.literal(true).optional(),
      windows: z.looseObject({ judged: number, failed: number }).optional(),
      aborted: z.looseObject({ t: number }).optional(),
    }),
  ),
  totals: part,
  groups: z.record(z.string(), part),
  brokers: z.record(
    z.string(),
    part.extend({ url: z.string(), embedded: z.boolean(), observed: z.array(observed).optional() }),
  ),
  delivery: z.array(
    z.looseObject({
      group: z.string(),
      qos: level,
      ...fields(['expected', 'received', 'lost', 'duplicated', 'outOfOrder'], number),
    }),
  ),
  violations: z
    .array(
      z.looseObject({
        ...fields(['kind', 'publisher', 'subscriber', 'topic'], z.string()),
        qos: level,
        sequence: number,
        t: number.nullable(),
      }),
    )
    .default([]),
  outages: z.array(outage).default([]),
  takeovers: z
    .array(z.looseObject({ clientId: z.string(), broker: z.string(), count: number, clients: texts }))
    .default([]),
  series: z.array(second.extend({ t: number, phase: z.enum(phases), groups: z.record(z.string(), second).optional() })),
  events: z.array(z.looseObject({ t: number, text: z.string() })),
  slices: z.looseObject({ seconds: number, times: z.record(z.string(), texts) }).optional(),
  compare: z
    .array(z.string().refine((text) => 'metric' in parseChangeRule(text)))
    .min(1)
    .optional(),
  comparison: z
    .looseObject({ passed: z.boolean(), judged: z.boolean(), rules: z.array(z.unknown()), warnings: texts })
    .optional(),
});

/** Reads a result file. Throws a UserError where it is none, or of another major version. */
export async function readResult(path: string): Promise<Result> {
  return savedResult(path, await readResultFile(path));
}

/** A result as `run` wrote it, of any version with the same major number. Throws a UserError where it is none; `name` is how that calls it. */
export function savedResult(name: string, json: unknown): Result {
  requireResult(name, json);
  const { data, error } = written.safeParse(json);
  if (data === undefined) {
    const place = error.issues[0]?.path.map(String).join('.');
    throw new UserError(`${name} is no whole result: its ${place} is not what a result has`, {
      hint: 'was it changed by hand, or cut short? Run it again with --report json',
    });
  }
  const result = inOrderOf(json, data) as Result;
  const missing = unmeasured((json as Result).totals);
  if (missing.length === 0) return result;
  const warning = `mqtt-stress ${result.run.versions.tool}, which made this result, did not count ${missing.join(', ')} yet: 0 there means unknown`;
  return { ...result, warnings: [...result.warnings, warning] };
}

/** Keys as they were written, added ones after them: told again, a result is the same text. */
function inOrderOf(written: unknown, read: unknown): unknown {
  if (typeof read !== 'object' || read === null || typeof written !== 'object' || written === null) return read;
  if (Array.isArray(read)) return read.map((one, i) => inOrderOf((written as unknown[])[i], one));
  const keys = [...Object.keys(written), ...Object.keys(read).filter((key) => !(key in written))];
  const values = read as Record<string, unknown>;
  return Object.fromEntries(keys.map((key) => [key, inOrderOf((written as typeof values)[key], values[key])]));
}

function unmeasured(totals: object): string[] {
  return [...counterNames, ...gaugeNames].filter((name) => !(name in totals));
}

function fields<K extends string, S extends z.ZodType>(names: readonly K[], schema: S): Record<K, S> {
  return Object.fromEntries(names.map((name) => [name, schema])) as Record<K, S>;
}
