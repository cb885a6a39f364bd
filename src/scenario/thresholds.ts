import { z } from 'zod';
import { catalog, type MetricName, metricNames } from '../metrics/catalog.ts';
import { type Expression, parseExpression } from '../metrics/expression.ts';
import { meantExpression } from './hints.ts';

export type Threshold = { readonly expression: Expression; readonly level: 'fail' | 'warn' };
export type Thresholds = Readonly<Partial<Record<MetricName, readonly Threshold[]>>>;

const rule = 'must be an expression such as "p(99) < 50ms", or a map with expect and level';

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
    }),
  ],
  rule,
);

/** Shared by all metrics, so that the JSON Schema holds it once. */
const written = z.union([one, z.array(one)], rule).meta({ id: 'expectation' });

function thresholdField(metric: MetricName): z.ZodType<readonly Threshold[]> {
  return written.transform((value, context) => {
    const entries = Array.isArray(value) ? value : [value];
    return entries.flatMap((entry, i): Threshold[] => {
      const { expect: text, level } = typeof entry === 'string' ? { expect: entry, level: 'fail' as const } : entry;
      const expression = parseExpression(metric, text);
      if ('aggregate' in expression) return [{ expression, level }];
      const { rule: message, offset, length } = expression;
      const meant = meantExpression(metric, text);
      const hint = meant === undefined ? expression.hint : `did you mean ${meant}?`;
      const path = [...(Array.isArray(value) ? [i] : []), ...(typeof entry === 'string' ? [] : ['expect'])];
      context.issues.push({ code: 'custom', message, input: text, path, params: { hint, part: { offset, length } } });
      return [];
    });
  });
}

/** What must hold at the end, by metric. */
export const thresholdsField = z
  .strictObject(
    Object.fromEntries(
      metricNames.map((metric) => [metric, thresholdField(metric).describe(catalog[metric].help).optional()]),
    ) as Record<MetricName, z.ZodOptional<z.ZodType<readonly Threshold[]>>>,
  )
  .describe(
    'What must hold at the end, by metric: "p(99) < 50ms", "count == 0", "rate >= 100/s". ' +
      'Default: delivery_violations: "count == 0", where deliveries can be judged.',
  )
  .prefault({}) as unknown as z.ZodType<Thresholds>;
