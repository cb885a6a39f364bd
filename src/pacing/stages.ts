import { z } from 'zod';
import { duration, rate } from '../base/fields.ts';
import { formatDuration, formatRate } from '../base/units.ts';
import type { Pacer, Pacing } from './pacer.ts';

/** `over`: a straight ramp from the rate before to `to`; `for`: at `at` from its beginning. Rates of each client. */
type Stage = { readonly over: number; readonly to: number } | { readonly for: number; readonly at: number };
type Stages = { readonly stages?: readonly Stage[] };

/** From `fromMs` on for `lengthMs`, at a rate that goes straight from `from` to `to`, after `before` operations. */
type Segment = {
  readonly fromMs: number;
  readonly lengthMs: number;
  readonly before: number;
  readonly from: number;
  readonly to: number;
};

function segmentsOf(stages: readonly Stage[], clients: number): Segment[] {
  const segments: Segment[] = [];
  let fromMs = 0;
  let before = 0;
  let from = 0;
  for (const stage of stages) {
    const lengthMs = 'over' in stage ? stage.over : stage.for;
    const to = ('over' in stage ? stage.to : stage.at) * clients;
    if (!('over' in stage)) from = to;
    segments.push({ fromMs, lengthMs, before, from, to });
    fromMs += lengthMs;
    before += (((from + to) / 2) * lengthMs) / 1000;
    from = to;
  }
  return segments;
}

/** Operations made after `ms` of a segment: the area under its rate. */
function made({ lengthMs, from, to }: Segment, ms: number): number {
  return (from * ms) / 1000 + ((to - from) * ms * ms) / (2000 * lengthMs);
}

/** The inverse of `made`; the form of the quadratic's root that does not cancel. */
function msUntil({ lengthMs, from, to }: Segment, operations: number): number {
  if (operations <= 0) return 0;
  const bend = (to - from) / (2000 * lengthMs);
  const slope = from / 1000;
  return (2 * operations) / (slope + Math.sqrt(Math.max(0, slope * slope + 4 * bend * operations)));
}

/** After the last stage nothing more is due. */
export function stagesPacer(stages: readonly Stage[], clients: number): Pacer {
  const segments = segmentsOf(stages, clients).filter((segment) => segment.lengthMs > 0);
  const last = segments.at(-1);
  const all = last === undefined ? 0 : last.before + made(last, last.lengthMs);
  return {
    at(n) {
      // n = all would be due exactly at the end.
      if (n > all - 1e-9) return Number.POSITIVE_INFINITY;
      // Sums of rates round: what is due just when a stage begins belongs to it, and not to the end of the one before.
      const segment = segments.findLast((one) => one.before <= n + 1e-9 && made(one, one.lengthMs) > 0) as Segment;
      return segment.fromMs + msUntil(segment, n - segment.before);
    },
    due(elapsedMs) {
      if (elapsedMs < 0 || last === undefined) return 0;
      const segment = segments.findLast((one) => one.fromMs <= elapsedMs) as Segment;
      const guess = Math.floor(segment.before + made(segment, Math.min(elapsedMs - segment.fromMs, segment.lengthMs)));
      // The roots round: the next one may already be due, or the last one not yet.
      for (let n = guess + 1; n >= Math.max(0, guess - 1); n--) if (this.at(n) <= elapsedMs) return n + 1;
      return 0;
    },
  };
}

const stage = z.union(
  [
    z.strictObject({
      over: duration({ min: 1 }).describe('How long the ramp takes.'),
      to: rate().describe('The rate of each client at its end.'),
    }),
    z.strictObject({
      for: duration({ min: 1 }).describe('How long the rate is held.'),
      at: rate().describe('The rate of each client.'),
    }),
  ],
  'must be { over: 30s, to: 100/s } or { for: 1m, at: 100/s }',
);

export const stages: Pacing<Stages> = {
  shape: {
    stages: z
      .array(stage)
      .min(1, 'must have at least one stage')
      .describe(
        'Rates of each client one after the other: ramps { over: 30s, to: 100/s } and holds { for: 1m, at: 100/s }.',
      )
      .optional(),
  },

  pacer({ stages }, clients) {
    return stages === undefined ? undefined : stagesPacer(stages, clients);
  },

  lengthMs({ stages }) {
    return stages?.reduce((sum, one) => sum + ('over' in one ? one.over : one.for), 0);
  },

  describe({ stages }) {
    const told = stages?.map((one) =>
      'over' in one
        ? `over ${formatDuration(one.over)} to ${formatRate(one.to)}`
        : `for ${formatDuration(one.for)} at ${formatRate(one.at)}`,
    );
    return told === undefined ? undefined : `each client ${told.join(', ')}`;
  },
};
