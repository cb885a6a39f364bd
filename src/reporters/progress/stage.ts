import { formatCount, formatDuration } from '../../base/units.ts';
import type { Phase } from '../../metrics/snapshot.ts';
import type { Totals } from '../../metrics/totals.ts';
import type { Plan } from '../../plan/plan.ts';

export interface Stage {
  readonly name: string;
  /** How much of the stage is done, 0 to 1. */
  readonly share: number;
  readonly detail: string;
}

/** How far the run is; `elapsedMs` since the start of the load. */
export function stage(plan: Plan, phase: Phase, elapsedMs: number, totals: Totals): Stage {
  switch (phase) {
    case 'connecting':
    case 'ready':
      return connecting(plan, totals);
    case 'warmUp':
      return timed('warm-up', elapsedMs, plan.warmUpMs);
    case 'measuring':
      return plan.durationMs === null
        ? counted(totals)
        : timed('measuring', elapsedMs - plan.warmUpMs, plan.durationMs);
    case 'draining':
      return { name: 'draining', share: 1, detail: `at most ${formatDuration(plan.drainMs)}` };
    case 'ended':
      return { name: 'ended', share: 1, detail: '' };
  }
}

function connecting(plan: Plan, totals: Totals): Stage {
  const clients = plan.groups.reduce((sum, group) => sum + group.clients, 0);
  const connected = totals.of('clients_connected')?.count ?? 0;
  return {
    name: 'connecting',
    share: clients === 0 ? 1 : connected / clients,
    detail: `${formatCount(connected)}/${formatCount(clients)}`,
  };
}

function timed(name: string, doneMs: number, ofMs: number): Stage {
  const leftMs = Math.max(0, ofMs - doneMs);
  return {
    name,
    share: ofMs === 0 ? 1 : doneMs / ofMs,
    detail: `${formatDuration(Math.ceil(leftMs / 1000) * 1000)} left`,
  };
}

/** Without a duration the run ends with the last stream. */
function counted(totals: Totals): Stage {
  const active = totals.of('streams_active')?.count ?? 0;
  return { name: 'measuring', share: 0, detail: `${formatCount(active)} streams still sending` };
}
