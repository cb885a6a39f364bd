import { endReasons } from '../verdict/compare/with-comparison.ts';
import { figures, verdictWord } from './headline.ts';
import type { OpenReporter } from './reporter.ts';
import { inkFor } from './text/ink.ts';

/** One line: what `--quiet` leaves of the report; below it, why a run that passed does not end so. */
export const verdict: OpenReporter = ({ stream, colour }) => ({
  end(result) {
    // Who could not start has nothing else to read: what to do belongs to it.
    const told = result.verdict === 'notStarted' ? result.reasons.join(' ') : result.reasons[0];
    const why = told ?? figures(result).join(', ');
    const ink = inkFor(colour);
    stream.write(`${verdictWord(result.verdict, ink)} ${result.run.name}: ${why}\n`);
    for (const reason of endReasons(result)) stream.write(`${ink.yellow(`! ${reason}`)}\n`);
  },
});
