import { figures, verdictWord } from './headline.ts';
import type { OpenReporter } from './reporter.ts';
import { inkFor } from './text/ink.ts';
import { wrap } from './text/table.ts';

/** One line: what `--quiet` leaves of the report. On a terminal it is broken between words. */
export const verdict: OpenReporter = ({ stream, colour, interactive, columns }) => ({
  end(result) {
    // Who could not start has nothing else to read: what to do belongs to it.
    const told = result.verdict === 'notStarted' ? result.reasons.join(' ') : result.reasons[0];
    const why = told ?? figures(result).join(', ');
    const head = verdictWord(result.verdict, inkFor(false));
    const line = `${head} ${result.run.name}: ${why}`;
    const text = interactive ? wrap(line, Math.max(narrowest, columns - indent.length)).join(`\n${indent}`) : line;
    stream.write(`${text.replace(head, verdictWord(result.verdict, inkFor(colour)))}\n`);
  },
});

const narrowest = 30;
const indent = '  ';
