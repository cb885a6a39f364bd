/** Rings once, at or after the time last asked for. */
export interface Ticker {
  /** Returns by when it rings if this thread is idle, us: what comes later than that, the thread was busy for. */
  wake(atUs: number): number;
  stop(): void;
}

export type OpenTicker = (tick: () => void) => Ticker;
