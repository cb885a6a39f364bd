import { exitCode } from '../base/exit-codes.ts';

type Signal = 'SIGINT' | 'SIGTERM';
const codes: Readonly<Record<Signal, number>> = { SIGINT: exitCode.interrupted, SIGTERM: exitCode.terminated };

/**
 * The first signal aborts with its name as the reason and says what happens; the second leaves at once, after `leave`.
 * Returns how to stop listening.
 */
export function listenForSignals(
  controller: AbortController,
  say: (text: string) => void,
  leave: () => void,
): () => void {
  const onSignal = (signal: Signal) => {
    if (controller.signal.aborted) {
      leave();
      process.exit(codes[signal]);
    }
    say(`${signal}: the load stops, what is in flight is awaited, then the report follows. Once more: leave at once.`);
    controller.abort(signal);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
}
