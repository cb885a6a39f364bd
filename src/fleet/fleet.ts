/** Cost: a tick looks at a few fields a publish entry; all clients are visited ten times a second, for their timeouts. */
import { nowUs } from '../base/clock.ts';
import type { Incoming, OpenClient } from '../clients/client.ts';
import { type Cell, Recorder } from '../metrics/recorder.ts';
import type { Absence, Phase, Snapshot } from '../metrics/snapshot.ts';
import type { Qos } from '../mqtt/packets.ts';
import type { Execution } from '../plan/execution.ts';
import { jobContext } from '../plan/identity.ts';
import type { GroupPlan, Plan } from '../plan/plan.ts';
import { Routes } from '../plan/routes.ts';
import { publishes, subscribes } from '../plan/streams.ts';
import { type Gate, gate, rampDueUs } from './connect.ts';
import { type Crew, expectDeliveries, giveUpMissing, recruit } from './crew.ts';
import type { Drive } from './drive.ts';
import { evidenceOf } from './ledger.ts';
import type { Host, Member } from './member.ts';
import { Receipts } from './receipts.ts';
import { Seconds } from './seconds.ts';
import { TakenLog } from './taken-log.ts';
import type { OpenTicker, Ticker } from './ticker.ts';
import { Turns } from './turns.ts';

const checkEveryUs = 100_000;
/** How long the brokers get to close connections at the end. */
const farewellUs = 2_000_000;
/** More, where sessions are to be removed with a connection each. */
const removalUs = 8_000_000;
const removalPerClientUs = 1000;
const farewellCheckUs = 10_000;
const removalConcurrency = 100;
const cutOffUs = 1_000_000;
const never = Number.POSITIVE_INFINITY;

/** The live clients of one thread: connects them at once, then does as `conduct` says. */
export class Fleet implements Execution, Host {
  readonly #plan: Plan;
  readonly #crews: Crew[];
  readonly #members: readonly Member[];
  readonly #drives: readonly Drive[];
  readonly #recorder: Recorder;
  readonly #receipts: Receipts;
  readonly #ticker: Ticker;
  readonly #taken = new TakenLog();
  readonly #seconds: Seconds;
  readonly #notes = new Set<string>();
  /** The beginning of the ramp. */
  readonly #beganUs: number;
  /** Who is to connect, for the first time or again. */
  readonly #turns = new Turns<Member>();
  #checkUs = 0;
  #wakeUs = nowUs();
  /** By when the ticker rings, if this thread is idle. */
  #ringsUs = Number.POSITIVE_INFINITY;
  #ticking = false;
  #declaredReady = false;
  #unsettled: number;
  #startUs = never;
  #endUs = never;
  #endedUs = 0;
  #matching = false;
  /** Lets in those whose sessions are removed at the end. */
  #farewell: Gate | null = null;
  readonly seed: number;
  readonly clock = nowUs;
  ending = false;

  constructor(
    plan: Plan,
    open: OpenClient,
    openTicker: OpenTicker,
    worker: string,
    tell: (snapshot: Snapshot) => void,
  ) {
    this.#plan = plan;
    this.seed = plan.run.seed;
    this.#recorder = new Recorder(plan.subBuckets);
    const { tag } = jobContext(plan, plan.groups[0] as GroupPlan);
    this.#receipts = new Receipts(plan, tag, (labels) => this.#recorder.cell(labels));
    this.#crews = [];
    let number = 0;
    for (const group of plan.groups) {
      this.#crews.push(
        recruit({ plan, open, host: this, taken: this.#taken, wake: () => this.#wake(0) }, group, number),
      );
      number += group.clients;
    }
    this.#members = this.#crews.flatMap((crew) => crew.members);
    this.#drives = this.#crews.flatMap((crew) => crew.drives);
    this.#unsettled = this.#members.length;
    const busy = plan.groups.filter((group) => group.slice.count > 0);
    const health = { worker, publishing: busy.some(publishes), receiving: busy.some(subscribes) };
    this.#seconds = new Seconds(this.#recorder, health, (snapshot) =>
      tell(
        snapshot.phase === 'ended'
          ? { ...snapshot, evidence: evidenceOf(this.#members, this.#receipts, this.#matching) }
          : snapshot,
      ),
    );
    this.#ticker = openTicker(() => this.#tick());
    this.#beganUs = nowUs();
    this.#ticker.wake(0);
  }

  // What conduct says.

  start(atUs: number, absent: readonly Absence[]): void {
    this.#startUs = atUs;
    const { warmUpMs, durationMs } = this.#plan;
    const fromUs = atUs + Math.round(warmUpMs * 1000);
    this.#endUs = durationMs === null ? never : fromUs + Math.round(durationMs * 1000);
    this.#seconds.measure(atUs, fromUs, this.#endUs);
    const routes = new Routes(this.#plan, absent);
    this.#receipts.expect(routes);
    expectDeliveries(this.#plan, this.#crews, routes, this.#recorder);
    for (const drive of this.#drives) drive.start(atUs, this.#endUs);
    this.#wake();
  }

  drain(atUs: number): void {
    this.#endUs = Math.min(this.#endUs, atUs);
    this.#seconds.stop(this.#endUs);
    for (const drive of this.#drives) drive.stop(this.#endUs);
    this.#wake();
  }

  end(matching: boolean): void {
    if (this.ending) return;
    // Where others had more time than those who are too few, nobody has given these up yet.
    if (this.#startUs === never) this.#late(nowUs()).forEach(giveUpMissing);
    this.ending = true;
    this.#matching = matching;
    this.#endedUs = nowUs();
    for (const crew of this.#crews) crew.gate.shut();
    this.#turns.clear();
    for (const member of this.#members) member.end();
    this.#wake();
  }

  // What members ask.

  cell(member: Member, qos?: Qos): Cell {
    const { group, broker } = member.who;
    return this.#recorder.cell(qos === undefined ? { group, broker } : { group, broker, qos });
  }

  received(member: Member, message: Incoming): void {
    this.#receipts.received(member, message);
  }

  queue(member: Member, atUs: number): void {
    this.#turns.add(member, atUs);
    if (atUs < this.#wakeUs && !this.#ticking) this.#wake();
  }

  remove(member: Member): void {
    this.#farewell ??= gate(removalConcurrency);
    this.#farewell.enter((leave) => member.removeSession(leave));
  }

  settled(): void {
    this.#unsettled--;
    if (this.#startUs === never && this.#unsettled === 0) this.#wake(0);
  }

  connected(atUs: number): void {
    if (this.#startUs === never) this.#seconds.ramped(atUs);
  }

  note(text: string): void {
    if (this.#notes.has(text)) return;
    this.#notes.add(text);
    this.#recorder.event(nowUs(), text);
  }

  // The tick.

  #tick(): void {
    const now = nowUs();
    this.#recorder.loopDelay(Math.max(0, now - this.#ringsUs));
    this.#ticking = true;
    // First, so that what this tick does is told with the phase and second in which it does it.
    const phase = this.#phase(now);
    // Our own disconnecting is not told step by step: the last gauges are those before it.
    if (!this.ending || phase === 'ended') this.#seconds.tick(phase, now, this.#lastDueUs(), () => this.#count());
    if (now >= this.#checkUs) this.#check(now);
    this.#ramp(now);
    this.#takeTurns(now);
    if (now >= this.#startUs) for (const drive of this.#drives) if (drive.nextUs <= now) drive.run(nowUs);
    this.#ticking = false;
    if (this.#seconds.over) this.#leave();
    else this.#wake();
  }

  /** Who has not closed by now is not waited for. */
  #leave(): void {
    this.#ticker.stop();
    for (const member of this.#members) member.client.destroy();
  }

  #phase(now: number): Phase {
    if (this.ending) return this.#unsettledEnd(now) ? 'draining' : 'ended';
    if (now >= this.#endUs) return 'draining';
    if (now >= this.#startUs) return now < this.#seconds.fromUs ? 'warmUp' : 'measuring';
    if (this.#startUs !== never) return 'ready';
    return this.#ready(now) ? 'ready' : 'connecting';
  }

  /** True while some are not gone; whom the broker does not let go in time is cut off, and counted before the end is told. */
  #unsettledEnd(now: number): boolean {
    if (this.#members.every((member) => member.gone)) return false;
    const waitedUs = now - this.#endedUs;
    const removing = this.#farewell === null ? 0 : removalUs + this.#members.length * removalPerClientUs;
    const patienceUs = farewellUs + removing;
    if (waitedUs >= patienceUs) for (const member of this.#members) if (!member.gone) member.client.destroy();
    return waitedUs < patienceUs + cutOffUs;
  }

  /** All are there or gone for good, or the time of their group is over: then the missing are given up. */
  #ready(now: number): boolean {
    if (this.#declaredReady) return true;
    if (this.#unsettled > 0) {
      const late = this.#late(now);
      // Before anybody's time is over there is no need to look who is not there yet.
      if (late.length === 0) return false;
      if (this.#crews.some((crew) => !late.includes(crew) && crew.members.some((member) => !member.settled)))
        return false;
      late.forEach(giveUpMissing);
    }
    for (const member of this.#members) for (const absence of member.absences()) this.#recorder.absent(absence);
    this.#declaredReady = true;
    return true;
  }

  #late(now: number): Crew[] {
    return this.#crews.filter(({ group }) => now - this.#beganUs >= group.connect.withinMs * 1000);
  }

  /** Ten times a second: keep-alive and timeouts, which need no timers of their own. */
  #check(now: number): void {
    for (const member of this.#members) member.client.check(now);
    this.#checkUs = now + checkEveryUs;
  }

  #ramp(now: number): void {
    for (const crew of this.#crews) {
      while (crew.next < crew.members.length && this.#rampUs(crew) <= now) {
        const dueUs = this.#rampUs(crew);
        if (!this.ending) this.#seconds.ramping(this.#beganUs);
        (crew.members[crew.next++] as Member).due(dueUs);
      }
    }
  }

  #rampUs(crew: Crew): number {
    const member = crew.members[crew.next];
    if (member === undefined) return never;
    return this.#beganUs + rampDueUs(member.who.index, crew.group.connect.ratePerSecond);
  }

  #takeTurns(now: number): void {
    for (let next = this.#turns.take(now); next !== undefined; next = this.#turns.take(now)) {
      const member = next;
      this.#gateOf(member).enter((leave) => member.open(leave));
    }
  }

  #gateOf(member: Member) {
    return (this.#crews.find(({ group }) => group === member.group) as Crew).gate;
  }

  #lastDueUs(): number {
    return this.#drives.reduce((last, drive) => Math.max(last, drive.lastDueUs), 0);
  }

  /** What is counted once a second rather than when it happens. */
  #count(): void {
    for (const member of this.#members) {
      member.countBytes();
      for (const { stream, drive } of member.streams) {
        if (!stream.active || !(member.gone || drive.finished(stream))) continue;
        if (!this.ending) drive.forsake(stream);
        stream.retire();
      }
    }
  }

  #wake(atUs = never): void {
    const next = this.ending ? nowUs() + farewellCheckUs : Math.min(this.#turns.nextUs, this.#seconds.nextUs);
    let wakeUs = Math.min(atUs, this.#checkUs, next);
    for (const crew of this.#crews) wakeUs = Math.min(wakeUs, this.#rampUs(crew));
    for (const drive of this.#drives) wakeUs = Math.min(wakeUs, drive.nextUs);
    // What is overdue gets the next turn: from now on a tick could be late.
    this.#wakeUs = Math.max(wakeUs, nowUs());
    this.#ringsUs = this.#ticker.wake(this.#wakeUs);
  }
}
