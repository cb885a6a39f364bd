import { schemeOf } from '../transports/address.ts';
import { workloadOf } from '../workloads/lookup.ts';
import { type PayloadOptions, usualBytes } from '../workloads/payload.ts';
import type { GroupPlan, Job, Plan } from './plan.ts';
import { type Messages, messagesOf } from './rates.ts';

const mib = 2 ** 20;

/** Resident memory at its highest, measured as docs/performance.md tells: of the process, and of each load thread. */
const inlineBytes = 95 * mib;
const processBytes = 93 * mib;
const threadBytes = 25 * mib;
/** More of each where it publishes: compiled code, histograms, the ledger. */
const loadBytes = 8 * mib;

/** Of each client. */
const plainKiB = 7;
const webSocketKiB = 16;
const secureKiB = 48;
/** More where there is one thread for everything, and so the large young generation of Node. */
const inlineKiB = 2.5;
const publishingKiB = 4.5;
const subscribingKiB = 2;

/** MQTT.js: its code, and of each client. */
const foreignBytes = 14 * mib;
const foreignKiB = 20;

/** What messages leave behind until it is collected: for 1,000 of them a second, and at most in a thread. */
const plainMessages = { bytes: 0.25 * mib, most: 24 * mib } as const;
/** By MQTT.js, or the ws package. */
const wrappedMessages = { bytes: 1.7 * mib, most: 50 * mib } as const;
/** The same of payloads that do not fit into one read or write (64 KiB; a record of TLS): the bytes of so many seconds. */
const plainPayloads = { from: 64 * 1024, seconds: 1.5, mostSent: 28 * mib, mostReceived: 16 * mib } as const;
const securePayloads = { from: 16 * 1024, seconds: 5, mostSent: 45 * mib, mostReceived: 25 * mib } as const;
/** Of a closed loop it is not known, but more than leaves room. */
const closedLoop = 1e6;
/** Copies of one message while it is sent, or is put together from what was read. */
const copiesSent = 2;
const copiesReceived = 6;

/** What the plan takes of a machine that runs it with so many load threads (0: in the main thread); `counts`: clients of each broker. */
export function bytesOf(plan: Plan, threads: number, counts: readonly number[]): number {
  const messages = messagesOf(plan);
  const publishing = messages.some(({ publishedPerSecond }) => publishedPerSecond !== 0);
  const loops = Math.max(1, threads);
  return (
    (threads === 0 ? inlineBytes : processBytes + threads * threadBytes) +
    (plan.client === 'wire' ? 0 : foreignBytes) +
    (publishing ? loops * loadBytes : 0) +
    clientBytes(plan, threads, counts) +
    trafficBytes(plan, messages, loops)
  );
}

function clientBytes(plan: Plan, threads: number, counts: readonly number[]): number {
  const connections = plan.brokers.reduce(
    (sum, { target }, i) => sum + (counts[i] ?? 0) * connectionKiB(target.url),
    0,
  );
  const each = (threads === 0 ? inlineKiB : 0) + (plan.client === 'wire' ? 0 : foreignKiB);
  const more = plan.groups.reduce((sum, group) => sum + group.slice.count * (each + jobsKiB(group)), 0);
  return (connections + more) * 1024;
}

/** An embedded broker has no address yet; it speaks plain TCP. */
function connectionKiB(url: string): number {
  if (isSecure(url)) return secureKiB;
  return schemeOf(url) === 'ws' ? webSocketKiB : plainKiB;
}

function isSecure(url: string): boolean {
  return ['mqtts', 'ssl', 'tls', 'wss'].includes(schemeOf(url));
}

function jobsKiB({ jobs }: GroupPlan): number {
  const publishing = jobs.filter((job) => workloadOf(job).publication !== undefined).length;
  return publishing * publishingKiB + (jobs.length - publishing) * subscribingKiB;
}

function trafficBytes(plan: Plan, messages: readonly Messages[], loops: number): number {
  const urls = plan.brokers.map(({ target }) => target.url);
  const payloads = urls.some(isSecure) ? securePayloads : plainPayloads;
  const wrapped = plan.client !== 'wire' || urls.some((url) => schemeOf(url).startsWith('ws'));
  const rates = wrapped ? wrappedMessages : plainMessages;
  let [count, sent, received, copies] = [0, 0, 0, 0];
  for (const { job, publishedPerSecond, receivers } of messages) {
    const perSecond = publishedPerSecond ?? closedLoop;
    if (perSecond === 0) continue;
    const size = payloadOf(job);
    count += perSecond * (1 + receivers);
    if (size < payloads.from) continue;
    sent += perSecond * size;
    if (receivers > 0) received += perSecond * size * receivers;
    copies = Math.max(copies, size * (receivers > 0 ? copiesReceived : copiesSent));
  }
  return (
    Math.min((count / 1000) * rates.bytes, loops * rates.most) +
    Math.min(sent * payloads.seconds, loops * payloads.mostSent) +
    Math.min(received * payloads.seconds, loops * payloads.mostReceived) +
    copies
  );
}

function payloadOf({ options }: Job): number {
  const { payload } = options as { readonly payload?: PayloadOptions };
  return payload === undefined ? 0 : usualBytes(payload);
}
