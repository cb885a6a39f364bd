import { endReasons } from '../verdict/compare/with-comparison.ts';
import { inert } from './github/commands.ts';
import { figures, verdictWord } from './headline.ts';
import type { OpenReporter } from './reporter.ts';
import { inkFor } from './text/ink.ts';
import { printable } from './text/printable.ts';
import { wrap } from './text/table.ts';

/**
 * One line: what `--quiet` leaves of the report; below it, why a run that passed does not end so. On a terminal lines are broken
 * between words.
 */
export const verdict: OpenReporter = ({ stream, colour, interactive, columns }) => ({
  end(given) {
    const result = printable(given);
    // Who could not start has nothing else to read: what to do belongs to it.
    const told = result.verdict === 'notStarted' ? result.reasons.join(' ') : result.reasons[0];
    const why = told ?? figures(result).join(', ');
    const ink = inkFor(colour);
    const broken = (line: string) =>
      interactive ? wrap(line, Math.max(narrowest, columns - indent.length)).join(`\n${indent}`) : line;
    const head = verdictWord(result.verdict, inkFor(false));
    const text = broken(`${head} ${result.run.name}: ${why}`);
    stream.write(`${inert(text).replace(head, verdictWord(result.verdict, ink))}\n`);
    for (const reason of endReasons(result)) stream.write(`${ink.yellow(inert(broken(`! ${reason}`)))}\n`);
  },
});

const narrowest = 30;
const indent = '  ';
