import { figures, verdictWord } from './headline.ts';
import type { OpenReporter } from './reporter.ts';
import { inkFor } from './text/ink.ts';

/** One line: what `--quiet` leaves of the report. */
export const verdict: OpenReporter = ({ stream, colour }) => ({
  end(result) {
    // Who could not start has nothing else to read: what to do belongs to it.
    const told = result.verdict === 'notStarted' ? result.reasons.join(' ') : result.reasons[0];
    const why = told ?? figures(result).join(', ');
    stream.write(`${verdictWord(result.verdict, inkFor(colour))} ${result.run.name}: ${why}\n`);
  },
});
