import pLimit from 'p-limit';

/** How many connections of a group may be opening at once. */
export interface Gate {
  /** Calls `open` when there is room; room is taken until what it got is called. `open` may call it at once. */
  enter(open: (leave: () => void) => void): void;
  /** Nobody who waits is let in any more. */
  shut(): void;
}

export function gate(concurrency: number): Gate {
  const limit = pLimit(concurrency);
  return {
    enter(open) {
      void limit(() => new Promise<void>((leave) => open(leave)));
    },
    shut: () => limit.clearQueue(),
  };
}

/** When the client of an index is due to connect, in us from the beginning of the ramp. */
export function rampDueUs(index: number, ratePerSecond: number | null): number {
  return ratePerSecond === null ? 0 : Math.round((index * 1e6) / ratePerSecond);
}
