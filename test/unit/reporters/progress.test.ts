import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Totals } from '../../../src/metrics/totals.ts';
import { progress } from '../../../src/reporters/progress.ts';
import { eraseLine, type Output } from '../../../src/reporters/reporter.ts';
import { judged, ordinaryRun, plan, snapshot } from '../../support/hand-made.ts';
import { written } from '../../support/written.ts';

function follow(changes: Partial<Omit<Output, 'stream'>>, snapshots = ordinaryRun()): string {
  const output = written(changes);
  const reporter = progress(output);
  const totals = new Totals(2048);
  reporter.start?.(plan());
  for (const each of snapshots) {
    totals.add(each);
    reporter.second?.(each, totals);
  }
  reporter.end?.(judged(plan(), snapshots));
  return output.text();
}

describe('progress without a terminal', () => {
  it('begins with what is run, and has a plain line at each phase', () => {
    const lines = follow({}).trimEnd().split('\n');
    assert.deepEqual(lines, [
      'hand-made: 10 clients on b, 1s warm-up, 2s measured',
      'connecting 10/10',
      'warm-up    0s left  sent 0/s  received 0/s  errors 0  reconnects 0',
      'measuring  1s left  sent 0/s  received 0/s  errors 0  reconnects 0',
      'draining   at most 10s  in flight 0  received 0/s  errors 0  reconnects 0',
    ]);
  });

  it('begins with no command to the log of a step, whatever the scenario is called', () => {
    const output = written({});
    progress(output).start?.({ ...plan(), name: '::error::x' });
    assert.match(output.text(), /^: :error::x: 10 clients/);
  });

  it('says what the run waits for beside its clients', () => {
    for (const interactive of [false, true]) {
      const output = written({ interactive });
      const reporter = progress(output);
      reporter.start?.(plan());
      reporter.waits?.('waiting for the first reading of north');
      reporter.end?.(judged(plan(), ordinaryRun()));
      assert.match(output.text(), /observing .*waiting for the first reading of north/);
    }
  });

  it('has one line every five seconds', () => {
    const long = Array.from({ length: 11 }, (_, i) => snapshot('measuring', 100 + i));
    assert.equal(follow({}, long).match(/^measuring/gm)?.length, 3);
  });

  it('tells rates and latency of the second, warm-up included, and errors of the run', () => {
    const counts = { messages_sent: 20, messages_received: 30 };
    const causes = { counts: { connect_errors: 2, disconnects: 1, reconnects: 1 } };
    const report = follow({}, ordinaryRun([{ counts, times: { delivery_time: [7000] } }, causes]));
    assert.match(report, /measuring {2}1s left {2}sent 20\/s {2}received 30\/s {2}delivery p99 7ms {2}errors 2/);
    assert.match(report, /lost connections 1 {2}reconnects 1/);
  });

  it('tells at once why clients cannot connect, where, and what to do, once for each cause', () => {
    const counts = { connect_errors: 3 };
    const refused = { counts, causes: { connect_errors: { connection_refused: 3 } } };
    const lines = follow({ columns: 60 }, [
      snapshot('connecting', 99, { at: [refused] }),
      snapshot('connecting', 100, { at: [refused] }),
    ]);
    assert.deepEqual(lines.split('\n').slice(1, 5), [
      'connecting 0/10  errors 3 (connection_refused)',
      '  ! mqtt://127.0.0.1:1883: connection_refused, 3 times.',
      '    Nothing listens there: is the broker running, and are',
      '    host and port right?',
    ]);
    assert.equal(lines.match(/Nothing listens/g)?.length, 1);
  });

  it('tells publish latency where nothing is delivered', () => {
    assert.match(follow({}, ordinaryRun([{ times: { publish_time: [3000] } }])), /publish p99 3ms/);
  });
});

describe('progress on a terminal', () => {
  it('tells above the bar why clients cannot connect', () => {
    const refused = { counts: { connect_errors: 3 }, causes: { connect_errors: { name_not_found: 3 } } };
    const report = follow({ interactive: true, columns: 80 }, [snapshot('connecting', 99, { at: [refused] })]);
    assert.ok(report.includes('\r\u001b[K  ! mqtt:'));
    assert.match(report, / {2}! mqtt:.*name_not_found, 3 times\..*\n.*is it spelled correctly\?\n/);
  });

  for (const columns of [60, 40])
    it(`draws a bar no wider than ${columns} columns and listens to no signal`, () => {
      const before = process.listenerCount('SIGINT');
      const report = follow({ interactive: true, columns });
      assert.equal(process.listenerCount('SIGINT'), before);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the bar moves the cursor.
      for (const line of report.split(/\u001b\[[0-9;?]*[A-Za-z]|\n/)) assert.ok(line.length <= columns, line);
    });

  for (const columns of [40, 80, 120])
    it(`leaves what others tell in between, and nothing of itself, on ${columns} columns`, () => {
      const output = written({ interactive: true, columns });
      const reporter = progress(output);
      const totals = new Totals(2048);
      reporter.start?.(plan());
      for (const each of ordinaryRun([{ counts: { messages_sent: 20_000_000, connect_errors: 3 } }])) {
        totals.add(each);
        reporter.second?.(each, totals);
        // The terminal echoes the key.
        if (each.phase === 'measuring') output.stream.write(`^C${eraseLine}SIGINT: the load stops.\n`);
      }
      reporter.end?.(judged(plan(), ordinaryRun()));
      output.stream.write('PASSED\n');
      const [title = '', ...told] = screen(output.text(), columns).filter((line) => line !== '');
      assert.match(title, /^hand-made/);
      const others = told.filter((line) => !line.endsWith('measured'));
      assert.deepEqual([...new Set(others)], ['SIGINT: the load stops.', 'PASSED']);
    });

  it('leaves the terminal as it was, wherever it is left', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what terminals are told.
    assert.doesNotMatch(follow({ interactive: true, columns: 80 }), /\u001b(?:[78]|\[\?)/);
  });
});

/** What a terminal shows in the end, as far as a bar needs one: it breaks lines, moves the cursor, and erases. */
function screen(text: string, columns: number): string[] {
  const lines: string[] = [];
  let [row, column] = [0, 0];
  let saved: readonly [number, number] = [0, 0];
  const put = (line: string) => {
    lines[row] = line;
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what moves the cursor.
  for (const [part] of text.matchAll(/\u001b\[[0-9;?]*[A-Za-z]|\u001b.|[\s\S]/gu)) {
    const line = lines[row] ?? '';
    if (part === '\r' || part === '\u001b[1G') column = 0;
    else if (part === '\u001b[K' || part === '\u001b[0K') put(line.slice(0, column));
    else if (part === '\u001b[2K') put('');
    else if (part === '\u001b7') saved = [row, column];
    else if (part === '\u001b8') [row, column] = saved;
    else if (part === '\n') [row, column] = [row + 1, 0];
    else if (!part.startsWith('\u001b')) {
      if (column === columns) [row, column] = [row + 1, 0];
      put((lines[row] ?? '').slice(0, column).padEnd(column) + part + (lines[row] ?? '').slice(column + 1));
      column++;
    }
  }
  return Array.from(lines, (line) => line ?? '');
}
