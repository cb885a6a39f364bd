import type { Ledger } from '../metrics/ledger.ts';
import type { Evidence } from '../metrics/snapshot.ts';
import type { Member } from './member.ts';
import type { Receipts } from './receipts.ts';

/** Pairs of a receiver and a stream; matching more would take seconds and gigabytes at the end. */
const mostMatched = 500_000;

/** What this thread tells of single messages at the end. */
export function evidenceOf(members: readonly Member[], receipts: Receipts, matching: boolean): Evidence {
  const { violations, marks, pairs } = receipts;
  if (!matching) return { violations };
  const ledger = pairs <= mostMatched ? ledgerOf(members, receipts) : undefined;
  return { violations, ...(ledger !== undefined && { ledger }), ...(marks !== undefined && { marks }) };
}

/** What this thread knows of single messages: what its clients published, and what they received. */
function ledgerOf(members: readonly Member[], receipts: Receipts): Ledger {
  return { ...published(members), ...received(receipts), receivers: receivers(members), absences: absences(members) };
}

function published(members: readonly Member[]): Pick<Ledger, 'streams' | 'unacked' | 'refused'> {
  const streams: number[] = [];
  const unacked: number[] = [];
  const refused: number[] = [];
  for (const { streams: own } of members) {
    for (const { stream } of own) {
      streams.push(stream.number, stream.sequence, stream.measuredFrom, stream.measuredTo);
      addRanges(unacked, stream.number, stream.unacked.bounds);
      addRanges(refused, stream.number, stream.refused.bounds);
    }
  }
  return { streams, unacked, refused };
}

function addRanges(to: number[], key: number, bounds: readonly number[]): void {
  for (let i = 0; i < bounds.length; i += 2) to.push(key, bounds[i] as number, bounds[i + 1] as number);
}

function received(receipts: Receipts): Pick<Ledger, 'arrivals' | 'missing' | 'interrupted'> {
  const arrivals: number[] = [];
  const missing: number[] = [];
  const interrupted: number[] = [];
  for (const { receiver, stream, next, epoch, gaps, interrupted: skipped } of receipts.arrivals()) {
    arrivals.push(receiver, stream, next, epoch);
    for (let i = 0; i < gaps.length; i += 3)
      missing.push(receiver, stream, gaps[i] as number, gaps[i + 1] as number, gaps[i + 2] as number);
    for (let i = 0; i < skipped.length; i += 2)
      interrupted.push(receiver, stream, skipped[i] as number, skipped[i + 1] as number);
  }
  return { arrivals, missing, interrupted };
}

function absences(members: readonly Member[]): number[] {
  const found: number[] = [];
  for (const { number, subscriptions } of members) addRanges(found, number, subscriptions.absentUs);
  return found;
}

function receivers(members: readonly Member[]): number[] {
  return members.flatMap(({ number, subscriptions }) =>
    subscriptions.filters.length === 0 ? [] : [number, subscriptions.epoch],
  );
}
