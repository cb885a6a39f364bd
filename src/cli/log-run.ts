import { log } from '../base/log.ts';
import type { CounterName } from '../metrics/catalog.ts';
import type { Phase, Snapshot } from '../metrics/snapshot.ts';
import type { Reporter } from '../reporters/reporter.ts';

/** The run as log lines: `warn` tells of threads that died, `info` of phases and of what befell clients, `debug` of every second of load. */
export function logRun(): Reporter {
  let last: Phase | undefined;
  return {
    second(snapshot) {
      const { phase, events, lost } = snapshot;
      if (phase !== last) log.info({ phase }, 'phase');
      last = phase;
      for (const { atUs, text } of events) log.info({ atUs }, text);
      for (const { worker, clients, reason } of lost) log.warn({ worker, clients }, `lost: ${reason}`);
      if (log.isLevelEnabled('debug') && (phase === 'warmUp' || phase === 'measuring'))
        log.debug(countsOf(snapshot), 'snapshot');
    },
  };
}

function countsOf({ phase, second, tenth, cells }: Snapshot): Record<string, unknown> {
  const counts: Partial<Record<CounterName, number>> = {};
  for (const { measured, outside } of cells) {
    for (const part of [measured, outside]) {
      for (const [name, count] of Object.entries(part.counts) as [CounterName, number][]) {
        counts[name] = (counts[name] ?? 0) + count;
      }
    }
  }
  return { phase, second, tenth, ...counts };
}
