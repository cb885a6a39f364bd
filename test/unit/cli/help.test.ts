import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Command } from 'commander';
import { helpLayout } from '../../../src/cli/help.ts';

for (const columns of [100, 80, 60, 40]) {
  it(`help is broken between words on ${columns} columns`, () => {
    const command = new Command('mqtt-stress-with-a-long-name')
      .configureHelp({ ...helpLayout, helpWidth: columns })
      .argument('<scenario>', 'a YAML file, or the name of a bundled scenario such as quick-start')
      .option('--set <path=value>', 'one value of the scenario, as groups.sensors.clients=500 (repeatable)');
    const text = command.helpInformation();
    for (const line of text.split('\n')) assert.ok(line.length <= columns, line);
    assert.match(text.replaceAll(/\s+/g, ' '), /--set <path=value> one value of the scenario, as groups\.sensors/);
  });
}
