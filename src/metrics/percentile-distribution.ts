import { decodeFromCompressedBase64 } from 'hdr-histogram-js';

/**
 * The text that HdrHistogram's own plotters read (.hgrm), in milliseconds, five lines for each halving of what is left to 100 %.
 * `encoded`: what Histogram.encode gives.
 */
export function percentileDistribution(encoded: string): string {
  return decodeFromCompressedBase64(encoded, 64, false).outputPercentileDistribution(5, 1000);
}
