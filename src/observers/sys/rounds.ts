import { type ObservedName, observed, observedNames, type Sample } from '../observer.ts';

/** A broker writes all values of a round in one go: such a silence is the end of it. */
const quietUs = 250_000;
const counters = observedNames.filter((name) => observed[name].kind === 'counter' && name !== 'messagesDropped');
const received: readonly ObservedName[] = ['messagesReceived', 'bytesReceived'];

/** A broker tells its values in rounds; each that is complete becomes a sample. */
export class Rounds {
  #samples: Sample[] = [];
  #openUs = 0;
  #lastUs = 0;
  readonly #settling: readonly ObservedName[];

  /** `others`: observers beside this one, whom the broker tells of its rounds, too. */
  constructor(others = false) {
    this.#settling = others ? received : counters;
  }

  /** `begins`: the message is the first of a round. */
  heard(atUs: number, begins: boolean, values: () => Sample['values']): void {
    if (begins) {
      // The first of the next round must not hide the end of this one; its own values come after it.
      this.#close(values);
      this.#openUs = atUs;
    }
    this.#lastUs = atUs;
  }

  check(nowUs: number, values: () => Sample['values']): void {
    if (nowUs - this.#lastUs > quietUs) this.#close(values);
  }

  #close(values: () => Sample['values']): void {
    if (this.#openUs === 0) return;
    this.#samples.push({ atUs: this.#openUs, values: values() });
    this.#openUs = 0;
  }

  get samples(): readonly Sample[] {
    return this.#samples;
  }
  get count(): number {
    return this.#samples.length;
  }
  /** When the last complete round began; 0: none has. */
  get lastUs(): number {
    return this.#samples.at(-1)?.atUs ?? 0;
  }

  /** The last round so far is the one that the run begins with. */
  begin(): void {
    this.#samples = this.#samples.slice(-1);
  }

  /** Rounds that began after an instant. */
  since(atUs: number): number {
    return this.#samples.filter((sample) => sample.atUs >= atUs).length;
  }

  /** Two rounds after it tell the same counts. */
  settled(atUs: number): boolean {
    const [one, other] = this.#samples.slice(-2);
    if (one === undefined || other === undefined || one.atUs < atUs) return false;
    return this.#settling.every((name) => one.values[name] === other.values[name]);
  }

  /** Between two rounds, on average. */
  get intervalMs(): number | undefined {
    const first = this.#samples[0]?.atUs;
    return first === undefined || this.count < 2 ? undefined : (this.lastUs - first) / (this.count - 1) / 1000;
  }
}
