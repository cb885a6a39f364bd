import type { CounterName } from '../metrics/catalog.ts';
import type { Totals, Where } from '../metrics/totals.ts';
import { type Observation, type ObservedName, observed, observedNames, type Sample } from '../observers/observer.ts';
import { identity, jobContext } from '../plan/identity.ts';
import type { GroupPlan, Plan } from '../plan/plan.ts';
import { publicationOf } from '../plan/streams.ts';
import { schemeOf } from '../transports/address.ts';
import { disagreement } from './disagreement.ts';
import type { BrokerResult, GaugeResult, ObservedCounter, ObservedResult, SeriesEntry } from './result.ts';

type Ran = { readonly plan: Plan; readonly totals: Totals };

/** Above the one or the other of them the broker's count and ours are not the same. */
const nearShare = 0.001;
const nearMessages = 10;
/** A reading of a whole second comes a little after it. */
const graceUs = 100_000;
/** What is read in the first half of a second tells more of the one before. */
const halfSecondUs = 500_000;

/** What the observers of a broker saw, beside our counts. */
export function observedBy(
  observations: readonly Observation[],
  broker: string,
  ran: Ran,
): Pick<BrokerResult, 'observed'> {
  const own = observations.filter((observation) => observation.broker === broker);
  return own.length === 0 ? {} : { observed: own.map((observation) => told(observation, ran)) };
}

function told(observation: Observation, ran: Ran): ObservedResult {
  const { observer, source, samples, notes } = observation;
  const counters: Partial<Record<ObservedName, ObservedCounter>> = {};
  const gauges: Partial<Record<ObservedName, GaugeResult>> = {};
  const disagreements: string[] = [];
  const window = inWindow(samples, ran.totals);
  for (const name of observedNames) {
    if (observed[name].kind === 'counter') {
      const total = difference(samples, name);
      if (total === undefined || (!observation.whole && observer === '$SYS')) continue;
      const compared = compare(name, total, observation, ran);
      counters[name] = { total, ...rateOf(window, name), ...compared };
      if (compared?.agrees === false) disagreements.push(disagreement(name, total, compared.ours));
    } else {
      // The first reading is of before the run.
      const values = valuesOf(window.length > 0 ? window : samples.slice(1), name);
      const last = values.at(-1);
      if (last !== undefined) gauges[name] = { last, min: Math.min(...values), max: Math.max(...values) };
    }
  }
  return {
    observer,
    source,
    counters,
    gauges,
    notes: [...notes, ...uncountedNotes(observation, ran), ...disagreements],
  };
}

function valuesOf(samples: readonly Sample[], name: ObservedName): number[] {
  return samples.flatMap(({ values }) => values[name] ?? []);
}

/** Undefined: not known at both ends, or it began anew in between. */
function difference(samples: readonly Sample[], name: ObservedName): number | undefined {
  const [from, to] = [samples[0]?.values[name], samples.at(-1)?.values[name]];
  return from === undefined || to === undefined || to < from || samples.length < 2 ? undefined : to - from;
}

function inWindow(samples: readonly Sample[], { progress }: Totals): readonly Sample[] {
  const { windowFromUs, windowToUs } = progress;
  return samples.filter(({ atUs }) => atUs >= windowFromUs && atUs <= windowToUs + graceUs);
}

function rateOf(window: readonly Sample[], name: ObservedName): { rate?: number } {
  const counted = difference(window, name);
  if (counted === undefined) return {};
  return { rate: rounded(counted / (((window.at(-1)?.atUs ?? 0) - (window[0]?.atUs ?? 0)) / 1e6)) };
}

function rounded(rate: number): number {
  return Math.round(rate * 1000) / 1000;
}

/** What the broker received is what was sent to it, over the whole run. */
const counterparts: Partial<Record<ObservedName, readonly CounterName[]>> = {
  messagesReceived: ['messages_sent', 'messages_resent'],
  messagesSent: ['messages_received', 'messages_retained', 'messages_foreign', 'wills_received'],
  bytesReceived: ['bytes_sent'],
  bytesSent: ['bytes_received'],
};

function compare(name: ObservedName, total: number, observation: Observation, { plan, totals }: Ran) {
  const counters = counterparts[name];
  if (counters === undefined || !observation.whole) return undefined;
  const isBytes = name.startsWith('bytes');
  // Brokers count those of WebSocket with or without its frames.
  const scheme = schemeOf(plan.brokers.find((each) => each.name === observation.broker)?.target.url ?? '');
  if (isBytes && (scheme === 'ws' || scheme === 'wss')) return undefined;
  const left = name === 'messagesReceived' ? leftOut(observation, plan) : [];
  if (left.includes('retained')) return undefined;
  const levels: readonly Where[] = left.includes('qos2') ? [{ qos: 0 }, { qos: 1 }] : [{}];
  let ours = 0;
  for (const where of levels)
    for (const counter of counters) ours += overall(totals, counter, { ...where, broker: observation.broker });
  const off = Math.abs(total - ours);
  return { ours, agrees: off <= nearShare * ours && (isBytes || off <= nearMessages) };
}

/** With what was due outside of the measured window: a broker sees all of it. */
function overall(totals: Totals, counter: CounterName, where: Where): number {
  return (totals.of(counter, where)?.count ?? 0) + totals.outside(counter, where);
}

/** Of what this broker does not count, that which is in the plan. */
function leftOut({ uncounted, broker }: Observation, plan: Plan): readonly string[] {
  const publications = plan.groups
    .filter((group) => group.broker === 'spread' || group.broker === broker)
    .flatMap((group) => group.jobs.flatMap((job) => publicationOfFirst(plan, group, job) ?? []));
  return uncounted.filter((what) => publications.some(({ qos, retain }) => (what === 'retained' ? retain : qos === 2)));
}

function publicationOfFirst(plan: Plan, group: GroupPlan, job: GroupPlan['jobs'][number]) {
  return publicationOf(job, identity(plan, group, 0), jobContext(plan, group));
}

function uncountedNotes(observation: Observation, { plan }: Ran): string[] {
  const left = leftOut(observation, plan);
  if (left.length === 0 || !observation.whole) return [];
  return left.includes('retained')
    ? ['messages in are not compared: before 2.0.15 Mosquitto does not count what it receives with RETAIN']
    : ['messages in are those of QoS 0 and 1: before 2.0.15 Mosquitto does not count what it receives at QoS 2'];
}

/** Readings laid beside the seconds in which they came, as rates since the one before. */
export function observedInSeries(
  observations: readonly Observation[],
  series: readonly SeriesEntry[],
  originUs: number,
): readonly SeriesEntry[] {
  if (observations.length === 0) return series;
  const bySecond = new Map<number, Record<string, Partial<Record<ObservedName, number>>>>();
  for (const { broker, samples } of observations) {
    for (const [i, sample] of samples.entries()) {
      const second = Math.floor((sample.atUs - halfSecondUs) / 1e6);
      const brokers = bySecond.get(second) ?? {};
      bySecond.set(second, brokers);
      brokers[broker] = { ...brokers[broker], ...since(samples[i - 1], sample) };
    }
  }
  return series.map((entry) => {
    const second = Math.round((entry.t * 1000 + originUs) / 1e6);
    const found = bySecond.get(second);
    // A second in which the phase changes has two entries.
    bySecond.delete(second);
    return found === undefined ? entry : { ...entry, observed: found };
  });
}

function since(before: Sample | undefined, { atUs, values }: Sample): Partial<Record<ObservedName, number>> {
  const told: Partial<Record<ObservedName, number>> = {};
  for (const [name, value] of Object.entries(values) as [ObservedName, number][]) {
    if (observed[name].kind === 'gauge') told[name] = value;
    else {
      const last = before?.values[name];
      if (before !== undefined && last !== undefined && value >= last)
        told[name] = rounded((value - last) / ((atUs - before.atUs) / 1e6));
    }
  }
  return told;
}
