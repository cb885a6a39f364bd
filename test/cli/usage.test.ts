import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { reporters } from '../../src/reporters/index.ts';
import { cli } from '../support/spawn-cli.ts';

const root = new URL('../../../', import.meta.url);

describe('mqtt-stress', () => {
  it('tells its commands with --help and exits with 0', async () => {
    const { code, stdout, stderr } = await cli('--help');
    assert.equal(code, 0);
    assert.equal(stderr, '');
    for (const command of ['run', 'check', 'list', 'init', 'broker', 'schema'])
      assert.match(stdout, new RegExp(`^  ${command}\\b`, 'm'));
  });

  it('tells the options of run with run --help', async () => {
    const { code, stdout } = await cli('run', '--help');
    assert.equal(code, 0);
    for (const option of ['broker', 'set', 'duration', 'seed', 'client', 'threads', 'report', 'no-progress', 'quiet']) {
      assert.match(stdout, new RegExp(`--${option}\\b`));
    }
    assert.doesNotMatch(stdout, /default: \[/);
  });

  it('has every command and every option of each in the README', async () => {
    const readme = readFileSync(new URL('README.md', root), 'utf8');
    const [, list = ''] = (await cli('--help')).stdout.split('Commands:');
    const commands = [...list.matchAll(/^ {2}([a-z]+) /gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'help');
    assert.ok(commands.length > 5);
    for (const command of commands) {
      assert.ok(readme.includes(`| \`mqtt-stress ${command}`), command);
      const { stdout } = await cli(command, '--help');
      const options = [...stdout.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, option = '']) => option);
      assert.ok(options.includes('--help'));
      for (const option of options.filter((one) => one !== '--help')) {
        assert.ok(readme.includes(`\`${option}`), `${option} of ${command}`);
      }
    }
  });

  it('names every kind of report with run --help, in the README and in docs/reports.md', async () => {
    const { stdout } = await cli('run', '--help');
    const pages = ['README.md', 'docs/reports.md'].map((page) => readFileSync(new URL(page, root), 'utf8'));
    for (const kind of Object.keys(reporters)) {
      assert.match(stdout, new RegExp(`\\b${kind}\\b`), kind);
      for (const page of pages) assert.match(page, new RegExp(`^\\| .*\`${kind}\`.* \\|`, 'm'), kind);
    }
  });

  it('tells the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };
    assert.deepEqual(await cli('--version'), { code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
  });

  it('is started by two lines', () => {
    const bin = readFileSync(new URL('bin/mqtt-stress.js', root), 'utf8');
    assert.equal(bin, "#!/usr/bin/env node\nimport '../dist/src/cli/main.js';\n");
  });

  it('prints the schema of scenarios', async () => {
    const { code, stdout } = await cli('schema');
    assert.equal(code, 0);
    assert.equal((JSON.parse(stdout) as { type: string }).type, 'object');
  });
});

describe('what is wrong before the run', () => {
  const wrong: readonly { name: string; args: string[]; says: RegExp }[] = [
    { name: 'no command', args: [], says: /Usage: mqtt-stress/ },
    { name: 'an unknown command', args: ['rum'], says: /unknown command 'rum'.*Did you mean run/s },
    {
      name: 'an unknown option',
      args: ['run', 'quick-start', '--thread', '2'],
      says: /unknown option.*Did you mean --threads/s,
    },
    {
      name: 'a missing scenario',
      args: ['run'],
      says: /^run must be given a scenario, or --from with a result to run again\n/,
    },
    { name: 'a scenario and a result', args: ['run', 'quick-start', '--from', 'r.json'], says: /not both\n/ },
    { name: 'a missing result', args: ['run', '--from', 'none.json'], says: /^there is no result none\.json\n/ },
    { name: 'a result that is none', args: ['run', '--from', 'package.json'], says: /is no result of mqtt-stress/ },
    { name: 'an unknown scenario', args: ['run', 'quik-start'], says: /named quik-start\ndid you mean quick-start\?/ },
    { name: 'a scenario that is a folder', args: ['run', tmpdir()], says: /^\/\S+ is a folder\nname a file in it\n$/ },
    {
      name: 'a scenario that is no text',
      args: ['check', process.execPath],
      says: /: a scenario must be text in UTF-8\n/,
    },
    {
      name: 'an unknown report',
      args: ['run', 'quick-start', '--report', 'jsn'],
      says: /is "jsn"\ndid you mean json\?/,
    },
    {
      name: 'an unknown client',
      args: ['run', 'quick-start', '--client', 'wirr'],
      says: /is "wirr"\ndid you mean wire\?/,
    },
    { name: 'an unknown log level', args: ['run', 'quick-start', '--log-level', 'debg'], says: /did you mean debug\?/ },
    {
      name: 'threads that are no number',
      args: ['run', 'quick-start', '--threads', 'two'],
      says: /--threads two: must be/,
    },
    { name: 'a seed that is no number', args: ['run', 'quick-start', '--seed', '1.5'], says: /--seed 1\.5: must be/ },
    {
      name: 'two reports on stdout',
      args: ['run', 'quick-start', '--report', 'json', '--report', 'text'],
      says: /json and text would both go to stdout/,
    },
    {
      name: 'a report in a folder that is not there',
      args: ['run', 'quick-start', '--report', 'json=/no/such/folder/out.json'],
      says: /--report json=\/no\/such\/folder\/out\.json: cannot be written\nreason: ENOENT: no such file or directory\nthe folder \/no\/such\/folder does not exist: create it first/,
    },
    {
      name: 'a report below a file',
      args: ['run', 'quick-start', '--report', `json=${process.execPath}/out.json`],
      says: /cannot be written\nreason: ENOTDIR: not a directory\n\S+ is no folder where that could be\n$/,
    },
    {
      name: 'a report that is a folder',
      args: ['run', 'quick-start', '--report', `json=${tmpdir()}`],
      says: /this is a folder/,
    },
    {
      name: 'an address for a report that is a file',
      args: ['run', 'quick-start', '--report', 'json=:9100'],
      says: /--report json=:9100: this report cannot be read at an address\nreports of this kind go to a file, .*; a file of that name is \.\/:9100\n/,
    },
    {
      name: 'an address that is none',
      args: ['run', 'quick-start', '--report', 'prometheus=:9100x'],
      says: /: is no address\nan address is such as :9100 or 127\.0\.0\.1:9100; a file of that name is \.\/:9100x\n/,
    },
    {
      name: 'an address of another machine',
      args: ['run', 'quick-start', '--report', 'prometheus=192.0.2.1:9100'],
      says: /cannot listen on 192\.0\.2\.1:9100\nreason: .*EADDRNOTAVAIL.*\n192\.0\.2\.1 is no address of this machine/,
    },
    {
      name: 'a port without its colon',
      args: ['run', 'quick-start', '--report', 'prometheus=9100'],
      says: /--report prometheus=9100: is a port without its colon\ndid you mean --report prometheus=:9100\? a file of that name is \.\/9100\n/,
    },
    {
      name: 'a url of a scheme that is not known',
      args: ['run', 'quick-start', '--report', 'influx=ftp://x'],
      says: /--report influx=ftp:\/\/x: ftp:\/\/ is not known\na url begins with http:\/\/ or https:\/\/\n/,
    },
    {
      name: 'a url that is none',
      args: ['run', 'quick-start', '--report', 'influx=http://'],
      says: /--report influx=http:\/\/: is no url\n/,
    },
    {
      name: 'a folder for a report that is one file',
      args: ['run', 'quick-start', '--report', 'junit=out/'],
      says: /--report junit=out\/: this is a folder\nreports of this kind are one file: name one in it\n/,
    },
    {
      name: 'a folder below one that is not there',
      args: ['run', 'quick-start', '--report', 'hgrm=/no/such/times/'],
      says: /cannot be written\nreason: ENOENT: no such file or directory\nthe folder \/no\/such does not exist: create it first\n/,
    },
    {
      name: 'two reports in one file',
      args: ['run', 'quick-start', '--report', 'json=out.txt', '--report', 'csv=./out.txt'],
      says: /--report: two reports would both be \.\/out\.txt\n/,
    },
    {
      name: 'a --set of a key that is not there',
      args: ['run', 'quick-start', '--set', 'groups.x.y=1'],
      says: /--set groups\.x\.y=1/,
    },
  ];

  for (const { name, args, says } of wrong) {
    it(`is told with exit code 2: ${name}`, async () => {
      const { code, stdout, stderr } = await cli(...args);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n +at |this is a bug/i);
      assert.deepEqual([code, stdout], [2, '']);
    });
  }
});
