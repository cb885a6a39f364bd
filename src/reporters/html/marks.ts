import type { Phase } from '../../metrics/snapshot.ts';
import type { Result } from '../../verdict/result.ts';
import type { Mark, Span } from './page-data.ts';
import { pointsOf } from './points.ts';

export function marksOf({ events }: Result): Mark[] {
  return events.map(({ t }, i) => ({ number: i + 1, at: t / 1000 }));
}

/** Outages until all were back (where some never were: until the end), and what is not of the measured window. */
export function spansOf({ outages, series }: Result): Span[] {
  const { t, phases } = pointsOf(series, [], 1);
  const end = (t.at(-1) ?? 0) + 1;
  return [
    ...phaseSpan('warmUp', t, phases),
    ...phaseSpan('draining', t, phases),
    ...outages.map(({ detected, back }): Span => {
      return { kind: 'outage', from: detected.first / 1000, to: back.p100 === undefined ? end : back.p100 / 1000 };
    }),
  ];
}

function phaseSpan(kind: 'warmUp' | 'draining', t: readonly number[], phases: readonly Phase[]): Span[] {
  const first = phases.indexOf(kind);
  if (first < 0) return [];
  return [{ kind, from: t[first] ?? 0, to: (t[phases.lastIndexOf(kind)] ?? 0) + 1 }];
}
