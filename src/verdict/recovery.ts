import { type Breaks, sessionIs } from '../metrics/breaks.ts';
import type { Totals, Where } from '../metrics/totals.ts';
import type { Plan } from '../plan/plan.ts';
import type { Deliveries } from './delivery.ts';
import type { Measured } from './figures.ts';
import type { OutageResult } from './result.ts';

type Kind = 'lost' | 'back' | 'gone';
type Change = {
  readonly kind: Kind;
  readonly atUs: number;
  /** lost: the last good message; back: CONNACK. */
  readonly beforeUs: number;
  readonly session: number;
};

/** Of clients that break one by one all the time there may be thousands; the result holds the largest. */
const mostOutages = 100;

/** Every outage of the load, broker by broker: from the first client that is lost until all are back or given up. */
export function outages(
  plan: Plan,
  { totals, deliveries }: Pick<Measured, 'totals' | 'deliveries'>,
  startUs: number | undefined,
): OutageResult[] {
  const { windowToUs } = totals.progress;
  if (startUs === undefined) return [];
  const found = plan.brokers.flatMap(({ name }) => {
    const breaks = totals.breaks.of(name);
    if (breaks === undefined) return [];
    const spans = spansOf(breaks);
    return spans.flatMap((span, i): OutageResult[] => {
      const inLoad = span.some(({ kind, atUs }) => kind === 'lost' && atUs >= startUs && atUs < windowToUs);
      if (!inLoad) return [];
      const nextUs = spans[i + 1]?.[0]?.atUs ?? Number.POSITIVE_INFINITY;
      return [{ broker: name, ...told(span, breaks, nextUs, startUs) }];
    });
  });
  const only = (broker: string) => found.filter((one) => plan.cluster || one.broker === broker).length === 1;
  const most = found.toSorted((one, other) => other.clients - one.clients).slice(0, mostOutages);
  return most
    .toSorted((one, other) => one.detected.first - other.detected.first)
    .map((one) => (only(one.broker) ? { ...one, lost: lostIn(deliveries, plan.cluster ? {} : one) } : one));
}

/** What is missing above, and why. */
export function outageWarnings({ breaks }: Totals): string[] {
  if (breaks.complete) return [];
  return [
    'so many connections broke that only the first of them are told under Recovery; the counts of them are complete',
  ];
}

/** Losses that the outage may explain: what was acknowledged and disturbed by nothing, or is still to come, is none of it. */
function lostIn(deliveries: Deliveries, { broker }: { readonly broker?: string }): number {
  const where: Where = broker === undefined ? {} : { broker };
  const { count, by } = deliveries.lost(where);
  return count - (by['acked_not_delivered'] ?? 0) - (by['drain_ended'] ?? 0);
}

/** Cut where nobody is away who may come back. */
function spansOf(breaks: Breaks): Change[][] {
  const spans: Change[][] = [];
  let away = 0;
  for (const change of changesOf(breaks)) {
    if (away === 0) spans.push([]);
    spans.at(-1)?.push(change);
    away += change.kind === 'lost' ? 1 : -1;
  }
  return spans;
}

function changesOf({ lost, back, gone }: Breaks): Change[] {
  const changes: Change[] = gone.map((atUs) => ({ kind: 'gone', atUs, beforeUs: 0, session: 0 }));
  for (let i = 0; i < lost.length; i += 2)
    changes.push({ kind: 'lost', atUs: lost[i] as number, beforeUs: lost[i + 1] as number, session: 0 });
  for (let i = 0; i < back.length; i += 3) {
    const [atUs, beforeUs, session] = back.slice(i, i + 3) as [number, number, number];
    changes.push({ kind: 'back', atUs, beforeUs, session });
  }
  // Of two in one microsecond the loss comes first, so that an outage does not end in between.
  return changes.sort((one, other) => one.atUs - other.atUs || order[one.kind] - order[other.kind]);
}

const order = { lost: 0, back: 1, gone: 2 } as const;

function told(span: readonly Change[], breaks: Breaks, nextUs: number, startUs: number): Omit<OutageResult, 'broker'> {
  const ms = (us: number) => (us - startUs) / 1000;
  const of = (kind: Kind) => span.filter((change) => change.kind === kind);
  const [lost, back, gone] = [of('lost'), of('back'), of('gone')];
  const fromUs = lost[0]?.atUs ?? 0;
  const first = (instants: readonly number[]) => {
    const inside = instants.filter((us) => us >= fromUs && us < nextUs);
    return inside.length === 0 ? undefined : ms(min(inside));
  };
  const good = max(lost.map(({ beforeUs }) => beforeUs));
  const clients = mostAway(span);
  const asked = back.filter(({ session }) => session !== sessionIs.unasked);
  return {
    ...(good > 0 && { lastGood: ms(good) }),
    detected: { first: ms(fromUs), last: ms(lost.at(-1)?.atUs ?? fromUs) },
    clients,
    losses: lost.length,
    ...given('firstReconnect', back.length === 0 ? undefined : ms(min(back.map(({ beforeUs }) => beforeUs)))),
    back: {
      ...given('p50', share(span, clients, 0.5, ms)),
      ...given('p90', share(span, clients, 0.9, ms)),
      ...given('p100', share(span, clients, 1, ms)),
    },
    gone: gone.length,
    missing: lost.length - back.length - gone.length,
    ...given('acknowledged', first(breaks.acknowledged)),
    ...given('delivered', first(breaks.delivered)),
    ...(asked.length > 0 && {
      sessions: { present: asked.filter(({ session }) => session === sessionIs.present).length, of: asked.length },
    }),
    givenUp: givenUpIn(breaks, fromUs, nextUs),
  };
}

/** Those who will not come back included. */
function mostAway(span: readonly Change[]): number {
  let away = 0;
  let most = 0;
  for (const { kind } of span) {
    away += kind === 'lost' ? 1 : kind === 'back' ? -1 : 0;
    most = Math.max(most, away);
  }
  return most;
}

/** From when on at least this share of those who were away at once are back, for good as far as this outage goes. */
function share(span: readonly Change[], clients: number, part: number, ms: (us: number) => number): number | undefined {
  const limit = Math.floor(clients * (1 - part) + 1e-9);
  let away = 0;
  let sinceUs: number | undefined;
  for (const { kind, atUs } of span) {
    if (kind === 'gone') continue;
    away += kind === 'lost' ? 1 : -1;
    if (away > limit) sinceUs = undefined;
    else if (kind === 'back') sinceUs ??= atUs;
  }
  return sinceUs === undefined ? undefined : ms(sinceUs);
}

function givenUpIn({ givenUp }: Breaks, fromUs: number, toUs: number): number {
  let publishes = 0;
  for (let i = 0; i < givenUp.length; i += 2) {
    const atUs = givenUp[i] as number;
    if (atUs >= fromUs && atUs < toUs) publishes += givenUp[i + 1] as number;
  }
  return publishes;
}

function given<K extends string>(name: K, value: number | undefined): { readonly [N in K]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in K]: number });
}

function min(values: readonly number[]): number {
  return values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
}

function max(values: readonly number[]): number {
  return values.reduce((one, other) => Math.max(one, other), 0);
}
