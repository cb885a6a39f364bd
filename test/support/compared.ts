import { Histogram } from '../../src/metrics/histogram.ts';
import { encodeSlice } from '../../src/metrics/slice-code.ts';
import type { Result } from '../../src/verdict/result.ts';
import { judged, ordinaryRun, plan } from './hand-made.ts';
import type { Random } from './seeded.ts';

const whole = judged(plan(), ordinaryRun());
let made = 0;

export type Figures = {
  /** ms, of the whole run. */
  readonly deliveryP99?: number;
  readonly receivedRate?: number;
  /** Delivery times in us, a list each second. */
  readonly seconds?: readonly (readonly number[])[];
  readonly id?: string;
};

/** A passed result with these figures; from seconds, all that follows from them. */
export function resultOf({ deliveryP99, receivedRate = 100, seconds, id = `run${made++}` }: Figures): Result {
  const all = histogramOf(seconds?.flat() ?? []);
  const p99 = deliveryP99 ?? all.percentile(99) / 1000;
  const [p50, mean] = seconds === undefined ? [p99 / 2, p99 / 2] : [all.percentile(50) / 1000, all.mean / 1000];
  const time = { count: 100, min: 0, mean, p50, p90: p99, p95: p99, p99, p99_9: p99, max: p99 };
  const received = { count: 200, inWindow: 200, rate: receivedRate };
  return {
    ...whole,
    verdict: 'passed',
    exitCode: 0,
    reasons: [],
    run: { ...whole.run, id },
    totals: { ...whole.totals, delivery_time: time, messages_received: received },
    ...(seconds !== undefined && {
      slices: {
        seconds: 1,
        times: { delivery_time: seconds.map((us) => base64(encodeSlice(histogramOf(us).buckets()))) },
      },
    }),
  };
}

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram(256);
  for (const us of values) histogram.record(us);
  return histogram;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** About normal, mean 0, deviation 1: the sum of twelve evenly spread numbers. */
export function normal(random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random(1_000_000) / 1_000_000;
  return sum;
}

/**
 * Seconds whose level wanders: what was slow stays slow for a while (an autoregression with 0.7 from second to second and a deviation
 * of 10 % within the run), and around it each message's own time.
 */
export function wanderingSeconds(random: Random, medianUs: number, seconds = 30, messages = 100): number[][] {
  let level = normal(random);
  return Array.from({ length: seconds }, () => {
    level = 0.7 * level + Math.sqrt(1 - 0.7 ** 2) * normal(random);
    const scale = medianUs * Math.exp(0.1 * level);
    return Array.from({ length: messages }, () => Math.round(scale * Math.exp(0.4 * normal(random))));
  });
}
