import { UserError } from '../base/errors.ts';
import { isThisMachine, type Machine, type OwnNames } from '../base/machine.ts';
import { formatCount } from '../base/units.ts';
import { addressOf } from '../transports/address.ts';
import type { Job, Plan } from './plan.ts';
import { busiest, messagesOf } from './rates.ts';

/** How many load threads, and why, as words that follow "because". */
export type Threads = { readonly count: number; readonly why: string };

/** Each costs tens of megabytes and a core's time. */
export const mostWorkers = 64;

/** What a message costs a thread at QoS 0, and further at QoS 1 and 2; see docs/performance.md. */
const publishUs = 15;
const receiveUs = 12;
const acknowledgeUs = [0, 12, 24] as const;
/** A thread that is asked for more has no room for a burst, nor to measure it. */
const fullShare = 0.5;
/** Keep-alives, timeouts and reconnects of so many are one thread's work. */
const clientsEach = 25_000;

type Here = OwnNames & Pick<Machine, 'cores'>;

/** A thread without a client would have nothing to do. */
export function threadsFor(plan: Plan, asked: number | 'auto', machine: Here): Threads {
  if (asked === 'auto') {
    const { count, why } = chooseThreads(plan, machine);
    return { count: Math.min(count, mostWorkers), why };
  }
  if (!Number.isInteger(asked) || asked < 0 || asked > mostWorkers) {
    throw new UserError(`threads must be auto or a whole number from 0 to ${mostWorkers}, but is ${asked}`);
  }
  const clients = plan.groups.reduce((sum, group) => sum + group.clients, 0);
  return { count: Math.min(asked, clients), why: 'asked for' };
}

/**
 * As many as the load needs, and no more than there are cores: each takes tens of megabytes, and what more threads than needed
 * measure is worse, not better. A broker on this machine keeps a core.
 */
export function chooseThreads(plan: Plan, machine: Here): Threads {
  const { cores } = machine;
  const clients = plan.groups.reduce((sum, group) => sum + group.clients, 0);
  const local = plan.brokers.some(({ target, embedded }) => embedded || isLocal(target.url, machine));
  const most = Math.max(1, Math.min(clients, cores - Number(local)));
  const { busyShare, peaks, unlimited } = loadOf(plan);
  const needed = Math.max(1, Math.ceil(busyShare / fullShare), Math.ceil(clients / clientsEach));
  const room = `${formatCount(cores)} core${cores === 1 ? '' : 's'}${local ? ', one of them the broker’s' : ''}`;
  if (unlimited) return { count: most, why: `a closed loop takes what there is: ${room}` };
  const share = `${formatCount(Math.ceil(100 * busyShare))} % of a core${peaks ? ' at its highest' : ''}`;
  if (needed <= most) return { count: needed, why: `the load is about ${share}` };
  return { count: most, why: `the load is about ${share}, and there are ${room}` };
}

export function isLocal(url: string, machine: OwnNames): boolean {
  return isThisMachine(addressOf(url).host, machine);
}

/** `busyShare`: in the busiest second, which is every one but where the rate `peaks`. */
function loadOf(plan: Plan): { busyShare: number; peaks: boolean; unlimited: boolean } {
  const messages = messagesOf(plan);
  const shareOf = (perSecond: number, job: Job, receivers: number) => {
    const extraUs = acknowledgeUs[qosOf(job)];
    return (perSecond * (publishUs + extraUs + receivers * (receiveUs + extraUs / 2))) / 1e6;
  };
  const steady = messages.reduce(
    (sum, { job, publishedPerSecond, receivers }) => sum + shareOf(publishedPerSecond ?? 0, job, receivers),
    0,
  );
  const highest = busiest(plan, messages, ({ job, receivers }, perSecond) => shareOf(perSecond, job, receivers));
  const unlimited = messages.some(({ publishedPerSecond }) => publishedPerSecond === null);
  return { busyShare: Math.max(steady, highest), peaks: highest > steady, unlimited };
}

function qosOf({ options }: Job): 0 | 1 | 2 {
  return (options as { qos?: 0 | 1 | 2 }).qos ?? 0;
}
