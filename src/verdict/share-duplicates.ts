import type { Violation } from '../metrics/snapshot.ts';
import type { Totals } from '../metrics/totals.ts';
import type { Plan } from '../plan/plan.ts';
import { publisherFinder } from '../plan/publishers.ts';
import { type Recipient, Routes } from '../plan/routes.ts';
import { hasShares } from '../plan/shares.ts';
import type { Publication } from '../workloads/workload.ts';
import { Book } from './book.ts';
import { Marks } from './marks.ts';
import { Timetable } from './timetable.ts';

/**
 * A thread knows what came again to its own members of a share. What came to members of several threads each of them took for
 * the first: here, once and at the end of the run, these become the duplicates that they are.
 */
export function amendShares(plan: Plan, totals: Totals): void {
  const { ledger, marks: list } = totals.evidence ?? {};
  if (ledger === undefined || list === undefined || !hasShares(plan)) return;
  const [marks, routes, find] = [new Marks(list), new Routes(plan, totals.absent), publisherFinder(plan)];
  const timetable = new Timetable(plan, totals);
  for (const { stream, from, to } of new Book(ledger).streams()) {
    const publisher = find(stream);
    if (publisher === undefined) continue;
    const { place, who, publication } = publisher;
    for (const recipient of routes.recipients(publication, who.broker)) {
      if (recipient.share === undefined) continue;
      const { repeated, examples } = marks.of(recipient.share, stream, from, to);
      if (repeated === 0) continue;
      const seen = examples.map((sequence): Violation => {
        const dueUs = timetable.dueUs(place, sequence) ?? totals.progress.windowFromUs;
        return { kind: 'duplicate', stream, sequence, dueUs, receiver: recipient.client };
      });
      amend(totals, recipient, publication, repeated, seen);
    }
  }
}

function amend(
  totals: Totals,
  { labels }: Recipient,
  publication: Publication,
  repeated: number,
  seen: readonly Violation[],
): void {
  const allowed = labels.qos === 1 || publication.qos === 1;
  const difference = {
    counts: { deliveries_made: -repeated, messages_duplicated: repeated },
    causes: allowed ? {} : { messages_duplicated: { forbidden: repeated } },
    times: {},
  };
  totals.amend(labels, difference, allowed ? [] : seen);
}

/** What cannot be told of shares, and why. */
export function shareWarnings(plan: Plan, { evidence, lost }: Totals): string[] {
  if (evidence === undefined || !hasShares(plan) || (evidence.ledger !== undefined && evidence.marks !== undefined))
    return [];
  const why = lost.length > 0 ? 'a thread died' : 'they received more than a thread can keep';
  return [`what came twice to members of a shared subscription in different threads counts as first receipts: ${why}`];
}
