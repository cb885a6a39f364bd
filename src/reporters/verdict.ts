import { figures, verdictWord } from './headline.ts';
import type { OpenReporter } from './reporter.ts';
import { inkFor } from './text/ink.ts';

/** One line: what `--quiet` leaves of the report. */
export const verdict: OpenReporter = ({ stream, colour }) => ({
  end(result) {
    const why = result.reasons[0] ?? figures(result).join(', ');
    stream.write(`${verdictWord(result.verdict, inkFor(colour))} ${result.run.name}: ${why}\n`);
  },
});
