import type { CounterName, GaugeName, TimeName } from '../metrics/catalog.ts';
import { counterNames, gaugeNames, timeNames } from '../metrics/catalog.ts';
import type { Phase } from '../metrics/snapshot.ts';
import { phases } from '../metrics/snapshot.ts';
import type { SeriesCounts } from './result.ts';

/** One second of the run: of all of it, and of each group that is kept apart. */
export type LoggedSecond = {
  readonly second: number;
  readonly phase: Phase;
  readonly whole: SeriesCounts;
  readonly groups: readonly SeriesCounts[];
};

const firstSize = 4096;
/** Numbers that a time has. */
const timeFields = ['count', 'p50', 'p99', 'max'] as const;

/**
 * The seconds of a run as numbers in one array: as objects those of eight hours would fill the heap. A second is its number,
 * its phase, and its parts; a part is three lists, each its length and then code and values of what is not zero.
 */
export class SecondsLog {
  #numbers = new Float64Array(firstSize);
  #length = 0;
  #count = 0;
  /** The first second; undefined: none yet. */
  first: number | undefined;

  add({ second, phase, whole, groups }: LoggedSecond): void {
    this.first ??= second;
    this.#count++;
    this.#put(second);
    this.#put(phases.indexOf(phase));
    this.#put(1 + groups.length);
    this.#part(whole);
    for (const group of groups) this.#part(group);
  }

  #part({ counts, gauges, times }: SeriesCounts): void {
    this.#pairs(counterNames, counts);
    this.#pairs(gaugeNames, gauges);
    const told = timeNames.filter((name) => times[name] !== undefined);
    this.#put(told.length);
    for (const name of told) {
      this.#put(timeNames.indexOf(name));
      for (const field of timeFields) this.#put(times[name]?.[field] ?? 0);
    }
  }

  #pairs<K extends string>(names: readonly K[], values: Readonly<Partial<Record<K, number>>>): void {
    const told = names.filter((name) => values[name] !== undefined);
    this.#put(told.length);
    for (const name of told) {
      this.#put(names.indexOf(name));
      this.#put(values[name] as number);
    }
  }

  #put(value: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = value;
  }

  /** As they were added. */
  read(): LoggedSecond[] {
    const reader = new Reader(this.#numbers);
    return Array.from({ length: this.#count }, () => {
      const second = reader.next();
      const phase = phases[reader.next()] as Phase;
      const [whole, ...groups] = Array.from({ length: reader.next() }, () => reader.part());
      return { second, phase, whole: whole as SeriesCounts, groups };
    });
  }
}

class Reader {
  readonly #numbers: Float64Array;
  #at = 0;

  constructor(numbers: Float64Array) {
    this.#numbers = numbers;
  }

  next(): number {
    return this.#numbers[this.#at++] as number;
  }

  part(): SeriesCounts {
    const counts = this.#pairs<CounterName>(counterNames);
    const gauges = this.#pairs<GaugeName>(gaugeNames);
    const times: Partial<Record<TimeName, { count: number; p50: number; p99: number; max: number }>> = {};
    for (let left = this.next(); left > 0; left--) {
      const name = timeNames[this.next()] as TimeName;
      times[name] = { count: this.next(), p50: this.next(), p99: this.next(), max: this.next() };
    }
    return { counts, times, gauges };
  }

  #pairs<K extends string>(names: readonly K[]): Partial<Record<K, number>> {
    const values: Partial<Record<K, number>> = {};
    for (let left = this.next(); left > 0; left--) values[names[this.next()] as K] = this.next();
    return values;
  }
}
