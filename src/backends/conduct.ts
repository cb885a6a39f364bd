import { nowUs } from '../base/clock.ts';
import { MachineWatch } from '../base/vitals.ts';
import type { CounterName, GaugeName } from '../metrics/catalog.ts';
import type { Absence, CellSnapshot, Snapshot } from '../metrics/snapshot.ts';
import type { Execute, Execution } from '../plan/execution.ts';
import type { GroupPlan, Plan } from '../plan/plan.ts';
import { hasShares } from '../plan/shares.ts';
import { publishes, subscribes } from '../plan/streams.ts';

const secondUs = 1_000_000;
/** From the word to the beginning of the load: all workers must have heard it and worked out their routes. */
const noticeUs = 400_000;
const noticePerClientUs = 15;
const drainNoticeUs = 100_000;

/**
 * Starts the load when all workers are ready, drains when its time is over, the signal says so or nothing can come of it any
 * more, and ends when nothing is owed. A stream that ends without a snapshot `ended` is incomplete.
 */
export async function* conduct(plan: Plan, execute: Execute, signal: AbortSignal): AsyncGenerator<Snapshot, void> {
  const told: Snapshot[] = [];
  let wake = () => {};
  const execution = execute(plan, (snapshot) => {
    told.push(snapshot);
    wake();
  });
  const conductor = new Conductor(plan, execution);
  const watch = new MachineWatch();
  const abort = () => conductor.abort();
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    for (;;) {
      const snapshot = told.shift();
      if (snapshot === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      conductor.heard(snapshot);
      const machine = watch.take();
      yield snapshot.phase === 'measuring' ? { ...snapshot, machine } : snapshot;
      if (snapshot.phase === 'ended') return;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    conductor.leave();
  }
}

type Stage = 'gathering' | 'loading' | 'draining' | 'ending';

/** Makes the decisions; the only one who does. */
class Conductor {
  readonly #plan: Plan;
  readonly #execution: Execution;
  readonly #publishing: boolean;
  /** What comes again to a member in another thread is told apart at the end only. */
  readonly #sharing: boolean;
  readonly #absent: Absence[] = [];
  readonly #seen = new Tally();
  /** When the first snapshot came, and so every worker had begun. */
  #beganUs: number | undefined;
  #stage: Stage = 'gathering';
  #drainUs = Number.POSITIVE_INFINITY;
  #receiptUs = 0;

  constructor(plan: Plan, execution: Execution) {
    this.#plan = plan;
    this.#execution = execution;
    this.#publishing = plan.groups.some((group) => group.slice.count > 0 && publishes(group));
    this.#sharing = hasShares(plan);
  }

  heard(snapshot: Snapshot): void {
    this.#beganUs ??= nowUs();
    this.#seen.add(snapshot);
    if (sum(snapshot.cells, (cell) => countOf(cell, 'messages_received')) > 0) this.#receiptUs = nowUs();
    this.#absent.push(...snapshot.absent);
    if (this.#stage === 'gathering') this.#whileGathering(snapshot);
    else if (this.#stage === 'loading') this.#whileLoading(snapshot);
    if (this.#stage === 'draining' && snapshot.phase === 'draining') this.#whileDraining();
  }

  /** A group whose time is over without enough clients settles it: the others need not be waited for. */
  #whileGathering({ phase }: Snapshot): void {
    const { groups } = this.#plan;
    const gatheredUs = nowUs() - (this.#beganUs ?? Number.POSITIVE_INFINITY);
    const over = (group: GroupPlan) => gatheredUs >= group.connect.withinMs * 1000;
    if (phase === 'ready' && groups.every((group) => this.#enough(group))) this.#begin();
    else if (groups.some((group) => over(group) && !this.#enough(group))) this.leave();
    // Who lost the connection just now may be back in time; where nobody waits for anything there is no hope.
    else if (phase === 'ready' && this.#seen.gauge('clients_waiting') === 0) this.leave();
  }

  #enough({ name, connect, slice, allowDuplicateIds }: GroupPlan): boolean {
    // Clients that share an id are never all connected at once: there it counts who has been.
    const connected = allowDuplicateIds
      ? this.#seen.connectedEver(name)
      : this.#seen.gauge('clients_connected', ({ labels }) => labels.group === name);
    return connected >= Math.ceil(connect.atLeast * slice.count - 1e-9);
  }

  #begin(): void {
    const { groups, warmUpMs } = this.#plan;
    this.#stage = 'loading';
    const clients = groups.reduce((sum, group) => sum + group.clients, 0);
    const earliestUs = nowUs() + noticeUs + clients * noticePerClientUs;
    const warmUpUs = Math.round(warmUpMs * 1000);
    // The measured window begins with a whole second.
    this.#execution.start(Math.ceil((earliestUs + warmUpUs) / secondUs) * secondUs - warmUpUs, this.#absent);
  }

  #whileLoading(snapshot: Snapshot): void {
    if (snapshot.phase === 'draining') this.#drain();
    if (snapshot.phase !== 'warmUp' && snapshot.phase !== 'measuring') return;
    if (this.#publishing && this.#seen.gauge('streams_active') === 0) this.#drain(snapshot.progress.lastDueUs + 1);
    else if (this.#nobodyLeft()) this.#drain();
  }

  /** No publisher, or no subscriber, is connected or will ever be again. */
  #nobodyLeft(): boolean {
    const left = (does: typeof publishes) => {
      const names = this.#plan.groups.filter((group) => group.slice.count > 0 && does(group)).map(({ name }) => name);
      const here = ({ labels }: CellSnapshot) => names.includes(labels.group);
      return (
        names.length === 0 ||
        this.#seen.gauge('clients_connected', here) + this.#seen.gauge('clients_waiting', here) > 0
      );
    };
    const anyone = this.#seen.gauge('clients_connected') + this.#seen.gauge('clients_waiting') > 0;
    return !anyone || !left(publishes) || !left(subscribes);
  }

  /** At an instant that all workers hear of before it comes, so that it is one for all. */
  #drain(atUs = nowUs() + drainNoticeUs): void {
    this.#stage = 'draining';
    this.#drainUs = nowUs();
    this.#execution.drain(atUs);
  }

  #whileDraining(): void {
    const over = nowUs() - this.#drainUs >= this.#plan.drainMs * 1000;
    if (over || this.#settled() || this.#nobodyLeft()) this.leave();
  }

  /** Nothing is in flight or owed and all expected came; where more may come than is expected, a second brought nothing. */
  #settled(): boolean {
    const seen = this.#seen;
    if (seen.gauge('in_flight') > 0 || seen.gauge('publishes_owed') > 0) return false;
    if (seen.count('deliveries_expected') > seen.count('deliveries_made')) return false;
    const unforeseen = seen.count('messages_unjudged') + seen.count('messages_copied') > 0;
    return !(unforeseen || this.#sharing) || nowUs() - this.#receiptUs >= secondUs;
  }

  /** The signal: ends the load and drains; before the load there is nothing to drain. */
  abort(): void {
    if (this.#stage === 'gathering') this.leave();
    else if (this.#stage === 'loading') this.#drain();
  }

  leave(): void {
    if (this.#stage === 'ending') return;
    this.#stage = 'ending';
    this.#execution.end(this.#sharing || this.#seen.promised > 0);
  }
}

/** The few sums that the decisions need. */
class Tally {
  readonly #counts = new Map<CounterName, number>();
  /** Deliveries that are owed at QoS 1 or 2 and have not been made: only of these each must be accounted for. */
  promised = 0;
  readonly #ever = new Map<string, number>();
  #cells: readonly CellSnapshot[] = [];

  add({ cells }: Snapshot): void {
    this.#cells = cells;
    for (const cell of cells) {
      if ((cell.labels.qos ?? 0) > 0)
        this.promised += countOf(cell, 'deliveries_expected') - countOf(cell, 'deliveries_made');
      const { connects = 0, reconnects = 0 } = cell.measured.counts;
      this.#ever.set(cell.labels.group, this.connectedEver(cell.labels.group) + connects - reconnects);
      for (const part of [cell.measured, cell.outside]) {
        for (const [name, value] of Object.entries(part.counts) as [CounterName, number][]) {
          this.#counts.set(name, (this.#counts.get(name) ?? 0) + value);
        }
      }
    }
  }

  /** How many clients of a group have been connected once. */
  connectedEver(group: string): number {
    return this.#ever.get(group) ?? 0;
  }

  count(name: CounterName): number {
    return this.#counts.get(name) ?? 0;
  }

  gauge(name: GaugeName, here: (cell: CellSnapshot) => boolean = () => true): number {
    return sum(this.#cells.filter(here), (cell) => cell.gauges[name] ?? 0);
  }
}

function countOf({ measured, outside }: CellSnapshot, name: CounterName): number {
  return (measured.counts[name] ?? 0) + (outside.counts[name] ?? 0);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
