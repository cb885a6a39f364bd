import { setTimeout as delay } from 'node:timers/promises';

const defaultLimitMs = 10_000;
const pollMs = 20;

/** Rejects when the promise takes longer; for events that might never come. */
export function within<T>(promise: Promise<T>, what: string, limitMs = defaultLimitMs): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Asks again and again until the answer is neither false nor undefined; only for what tells no event. */
export async function waitFor<T>(
  ask: () => T | Promise<T>,
  what: string,
  limitMs = defaultLimitMs,
): Promise<Exclude<T, false | undefined>> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== undefined) return answer as Exclude<T, false | undefined>;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await delay(pollMs);
  }
}
