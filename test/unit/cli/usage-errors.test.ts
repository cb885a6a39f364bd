import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Command } from 'commander';
import { errorLayout, refuseSurplus } from '../../../src/cli/usage-errors.ts';

function said(words: readonly string[], columns?: number): string {
  let text = '';
  const layout = errorLayout(() => columns);
  const program = new Command('mqtt-stress')
    .configureOutput({ ...layout, writeErr: (more) => (text += more) })
    .hook('preAction', (_, command) => refuseSurplus(command))
    .exitOverride();
  program
    .command('run')
    .argument('[scenario]')
    .option('--set <path=value>')
    .allowExcessArguments()
    .action(() => {});
  program
    .command('report')
    .argument('<file...>')
    .allowExcessArguments()
    .action(() => {});
  try {
    program.parse(words, { from: 'user' });
  } catch {}
  return text;
}

describe('what is wrong with a command line', () => {
  it('is broken between words on a narrow terminal', () => {
    const text = said(['run', '--set'], 40);
    assert.match(text.replaceAll(/\s+/g, ' '), /^error: option '--set <path=value>' argument missing/);
    for (const line of text.split('\n')) assert.ok(line.length <= 40, line);
  });

  it('names arguments that are too many', () => {
    assert.equal(said(['run', 'a', 'b', 'c']), "error: too many arguments for 'run': b c\n");
    assert.deepEqual([said(['run', 'a']), said(['run']), said(['report', 'a', 'b'])], ['', '', '']);
  });

  it('says that braces need quotes where a shell took them apart', () => {
    const text = said(['run', 'a', '--set', 'thresholds.publish_timegroup=a=x', 'thresholds.publish_timeqos=1=x']);
    assert.match(text, /'run': thresholds\.publish_timeqos=1=x\na value with spaces or braces must stand in quotes/);
  });
});
