import { z } from 'zod';
import { duration, flag } from '../base/fields.ts';
import { catalog, type MetricName, metricNames } from '../metrics/catalog.ts';
import { type Expression, parseExpression } from '../metrics/expression.ts';
import { parseSelector, type Selector } from '../metrics/selector.ts';
import { meantExpression } from './hints.ts';
import { wording } from './issues.ts';
import { liveProblems } from './live-rules.ts';

export type Threshold = {
  readonly expression: Expression;
  readonly level: 'fail' | 'warn';
  readonly abortOnFail: boolean;
  readonly afterMs?: number;
  readonly windowMs?: number;
  readonly selector: Selector;
  /** Where it stands in the scenario; its first two keys are those of the selector. */
  readonly path: readonly PropertyKey[];
};

const rule = 'must be an expression such as "p(99) < 50ms", or a map with expect';

const one = z.union(
  [
    z.string(rule),
    z.strictObject({
      expect: z
        .string('must be an expression such as "p(99) < 50ms"')
        .describe('Such as "p(99) < 50ms" or "count == 0".'),
      level: z
        .enum(['fail', 'warn'], 'must be fail or warn')
        .describe('warn: told, but the run does not fail.')
        .prefault('fail'),
      window: duration({ min: 1000 })
        .describe(
          'Judged every second, on so much before it; it fails where any window does. Default: on the whole run.',
        )
        .optional(),
      abortOnFail: flag()
        .describe('True: judged every second, and the load is stopped as soon as it fails; the run is then failed.')
        .prefault(false),
      after: duration()
        .describe('How long in the measured window nothing is judged yet, with window or abortOnFail. Default 0.')
        .optional(),
    }),
  ],
  rule,
);

/** Shared by all metrics, so that the JSON Schema holds it once. */
const written = z.union([one, z.array(one)], rule).meta({ id: 'expectation' });

type Entry = z.output<typeof one>;
type Full = Exclude<Entry, string>;
type Issue = { message: string; path: PropertyKey[]; input?: unknown; params?: object };

/** What the schema has found to be right. */
class Read {
  readonly entries: Entry | Entry[];

  constructor(entries: Entry | Entry[]) {
    this.entries = entries;
  }
}

const plain = written.transform((entries) => new Read(entries));

/** What one key of `thresholds` says, and what is wrong with it; paths begin with the key. */
function read(key: string, value: unknown): { thresholds: Threshold[]; issues: (Issue | z.core.$ZodIssue)[] } {
  const selector = parseSelector(key);
  if ('rule' in selector) return { thresholds: [], issues: [keyIssue(key, value, selector)] };
  if (value instanceof Read) return readEntries(key, selector, value.entries);
  // Of a plain metric the schema has told it already.
  if (key in catalog) return { thresholds: [], issues: [] };
  const parsed = written.safeParse(value, { error: wording });
  if (parsed.success) return readEntries(key, selector, parsed.data);
  return { thresholds: [], issues: parsed.error.issues.map((one) => ({ ...one, path: [key, ...one.path] })) };
}

function readEntries(key: string, selector: Selector, written: Entry | Entry[]) {
  const isList = Array.isArray(written);
  const thresholds: Threshold[] = [];
  const issues: Issue[] = [];
  for (const [i, entry] of (isList ? written : [written]).entries()) {
    const above = [key, ...(isList ? [i] : [])];
    const full: Partial<Full> & { expect: string } = typeof entry === 'string' ? { expect: entry } : entry;
    const expression = parseExpression(selector.metric, full.expect, selector.where);
    if ('aggregate' in expression) {
      issues.push(
        ...liveProblems(full, expression).map(({ key, rule: message, hint }) => ({
          message,
          path: [...above, key],
          params: { atKey: true, hint },
        })),
      );
      thresholds.push(threshold(full, expression, selector, above));
    } else issues.push(expressionIssue(selector.metric, full.expect, expression, above, typeof entry !== 'string'));
  }
  return { thresholds, issues };
}

function threshold(
  { level = 'fail', abortOnFail = false, after, window }: Partial<Full>,
  expression: Expression,
  selector: Selector,
  above: readonly PropertyKey[],
): Threshold {
  return {
    expression,
    level,
    abortOnFail,
    ...(after !== undefined && { afterMs: after }),
    ...(window !== undefined && { windowMs: window }),
    selector,
    path: ['thresholds', ...above],
  };
}

/** A group's name above a metric is how others write a selector. */
function keyIssue(key: string, value: unknown, problem: Exclude<ReturnType<typeof parseSelector>, Selector>): Issue {
  const inside = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const metric = metricNames.find((known) => inside.includes(known));
  const hint = metric === undefined ? problem.hint : `did you mean ${metric}{group=${key}}?`;
  const { rule: message, offset, length } = problem;
  return { message, path: [key], input: key, params: { atKey: true, part: { offset, length }, hint } };
}

function expressionIssue(
  metric: MetricName,
  text: string,
  problem: Exclude<ReturnType<typeof parseExpression>, Expression>,
  above: readonly PropertyKey[],
  inMap: boolean,
): Issue {
  const { rule: message, offset, length } = problem;
  const meant = meantExpression(metric, text);
  const hint = meant === undefined ? problem.hint : `did you mean ${meant}?`;
  const path = [...above, ...(inMap ? ['expect'] : [])];
  return { message, path, input: text, params: { hint, part: { offset, length } } };
}

/** Those of one metric stand together. */
function orderOf({ selector: { metric } }: Threshold): number {
  return metricNames.indexOf(metric);
}

/** Editors complete the names of metrics, and take one with labels. */
const selectors = `^(${metricNames.join('|')})\\{.+\\}$`;

/** What must hold, by metric or selector. */
export const thresholdsField = z
  .object(
    Object.fromEntries(
      metricNames.map((metric) => [metric, plain.describe(catalog[metric].help).optional()]),
    ) as Record<MetricName, z.ZodOptional<typeof plain>>,
    'must be a map of metrics',
  )
  .catchall(z.unknown())
  .meta({
    patternProperties: { [selectors]: { $ref: '#/$defs/expectation' } },
    additionalProperties: false,
  })
  .superRefine(
    (all, context) => {
      if (typeof all !== 'object' || all === null || Array.isArray(all)) return;
      for (const [key, value] of Object.entries(all)) {
        for (const issue of read(key, value).issues) context.addIssue({ code: 'custom', ...issue } as never);
      }
    },
    // All that is wrong is told at once.
    { when: () => true },
  )
  .transform((all): readonly Threshold[] =>
    Object.entries(all)
      .flatMap(([key, value]) => read(key, value).thresholds)
      .sort((one, other) => orderOf(one) - orderOf(other)),
  )
  .describe(
    'What must hold, by metric: "p(99) < 50ms", "count == 0", "rate >= 100/s", "share < 0.1%"; of a part of the run by metric{group=NAME,qos=1,broker=NAME}. ' +
      'Default: delivery_violations: "count == 0", where deliveries can be judged.',
  )
  .prefault({}) as unknown as z.ZodType<readonly Threshold[]>;
