import type { Totals } from '../metrics/totals.ts';
import { memberAt } from '../plan/identity.ts';
import type { Plan } from '../plan/plan.ts';
import { publisherFinder } from '../plan/publishers.ts';
import type { Identity } from '../workloads/workload.ts';
import type { Losses } from './losses.ts';
import type { ViolationResult } from './result.ts';
import { Timetable } from './timetable.ts';

type Found = {
  readonly kind: ViolationResult['kind'];
  readonly stream: number;
  readonly sequence: number;
  readonly receiver: number;
  readonly dueUs?: number | undefined;
};

/** The first few violations of each kind, with the names of those they happened to. */
export function examples(plan: Plan, totals: Totals, losses: Losses | undefined): ViolationResult[] {
  const seen = totals.evidence?.violations ?? [];
  const missing = (losses?.examples ?? []).map((one): Found => ({ kind: 'acked_not_delivered', ...one }));
  const named = namer(plan, totals);
  return [...missing, ...seen].flatMap((one) => named(one) ?? []);
}

/** Its client id, or which one it is where the broker chose that. */
function nameOf({ clientId, group, index }: Identity): string {
  return clientId === '' ? `${group}[${index}]` : clientId;
}

function namer(plan: Plan, totals: Totals): (found: Found) => ViolationResult | undefined {
  const find = publisherFinder(plan);
  const timetable = new Timetable(plan, totals);
  const startUs = totals.progress.windowFromUs - plan.warmUpMs * 1000;
  return ({ kind, stream, sequence, receiver, dueUs }) => {
    const publisher = find(stream);
    const to = memberAt(plan, receiver);
    if (publisher === undefined || to === undefined) return undefined;
    const { place, who, publication } = publisher;
    const us = dueUs ?? timetable.dueUs(place, sequence);
    return {
      kind,
      publisher: nameOf(who),
      subscriber: nameOf(to),
      // What varies by message is not known afterwards.
      topic: publication.levels.map((level) => level ?? '…').join('/'),
      qos: publication.qos,
      sequence,
      t: us === undefined ? null : Math.round((us - startUs) / 1000),
    };
  };
}
