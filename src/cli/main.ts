import { Command, CommanderError } from 'commander';
import { UserError } from '../base/errors.ts';
import { exitCode } from '../base/exit-codes.ts';
import { packageVersion } from '../base/versions.ts';
import { reporters } from '../reporters/index.ts';
import type { BrokerWords } from './broker.ts';
import type { CheckWords } from './check.ts';
import type { CompareOptions } from './compare.ts';
import { fold } from './fold.ts';
import { helpLayout } from './help.ts';
import type { ReportOptions } from './report.ts';
import type { RunOptions } from './run-options.ts';
import { problemAnnotations } from './step-log.ts';
import { shown } from './terminal.ts';
import { errorLayout, refuseSurplus } from './usage-errors.ts';

const kindsOfReport =
  `${Object.keys(reporters).join(', ')}: to a file, a folder/, a url, or (prometheus) an address such as :9100; ` +
  'without a path to stdout (repeatable)';

const collect = (value: string, before: string[] = []): string[] => [...before, value];

function addScenarioOptions(command: Command, scenario: string): Command {
  return command
    .argument(scenario, 'a YAML file, or the name of a bundled scenario such as quick-start')
    .option('--broker <url>', "instead of the scenario's brokers (repeatable)", collect)
    .option('--set <path=value>', 'one value of the scenario, as groups.sensors.clients=500 (repeatable)', collect)
    .option('--duration <time>', 'how long the load is measured, as 30s or 5m')
    .option('--seed <number>', 'repeats all that is random but the run tag')
    .option('--env-file <path>', 'a file of variables that the scenario may name')
    .option('--client <name>', 'the MQTT client: wire, or mqttjs for comparison (default: wire)')
    .option(
      '--threads <number>',
      'load threads; auto chooses by load and cores, 0 runs all in the main thread (default: auto)',
    );
}

const ruleHelp =
  'what may be worse, and by how much, as "delivery_time p(99) <= +15%" (repeatable; default: the scenario says)';

function addRun(program: Command): void {
  addScenarioOptions(program.command('run'), '[scenario]')
    .description('run a scenario; the result goes to stdout, progress to stderr')
    .option('--from <result.json>', 'instead of a scenario: a result of --report json, to run it again')
    .option('--report <kind=path>', kindsOfReport, collect)
    .option('--no-progress', 'no bars or lines while it runs')
    .option('--quiet', 'the verdict only, in one line, unless --report names what goes to stdout')
    .option('--log-level <level>', 'error, warn, info or debug, to stderr', 'warn')
    .option('--allow-invalid', 'judge thresholds even where the generator was the limit')
    .option('--repeat <times>', 'so many runs one after the other; --report json=out.json writes out-1.json and so on')
    .option('--baseline <result.json...>', 'compare with these results of earlier runs; worse ends with exit code 98')
    .option(
      '--base-broker <url>',
      'compare with runs on this broker, made in turn (repeatable; --repeat is 5)',
      collect,
    )
    .option('--base-set <path=value>', 'compare with runs with this value, made in turn (repeatable)', collect)
    .option('--rule <rule>', ruleHelp, collect)
    .action(async (scenario: string | undefined, options: RunOptions) => {
      const { run } = await import('./run.ts');
      process.exitCode = await run(scenario, options, process.argv.slice(2));
    });
}

function addCheck(program: Command): void {
  addScenarioOptions(program.command('check'), '<scenario>')
    .description('validate a scenario, tell its plan in plain words and what this machine allows; opens no socket')
    .action(async (scenario: string, options: CheckWords) => {
      const { check } = await import('./check.ts');
      const streams = { out: process.stdout, err: process.stderr };
      process.exitCode = await check(scenario, { ...options, env: process.env, ...streams });
    });
}

function addReport(program: Command): void {
  program
    .command('report')
    .description('tell saved results again; several are merged as if they were one run')
    .argument('<result.json...>', 'what --report json wrote')
    .option('--as <kind=path>', 'as --report of run; without a path to stdout (repeatable; default: text)', collect)
    .option('--exit-code', 'end with the exit code that the result has, instead of 0')
    .action(async (paths: string[], options: ReportOptions) => {
      const { report } = await import('./report.ts');
      process.exitCode = await report(paths, options);
    });
}

function addCompare(program: Command): void {
  program
    .command('compare')
    .description('compare results with those of a baseline; ends with 98 where they are worse')
    .usage('[options] <base.json...> -- <new.json...>')
    .argument('<result.json...>', 'what --report json wrote: the base, then "--", then the new ones')
    .option('--rule <rule>', ruleHelp, collect)
    .option('--json', 'the comparison as JSON')
    .option(
      '--report <kind=path>',
      'the middle one of the new runs beside that of the base, as html=compared.html (repeatable)',
      collect,
    )
    .option('--allow-invalid', 'take runs too in which the generator was the limit')
    .action(async (files: string[], options: CompareOptions) => {
      const { compare } = await import('./compare.ts');
      const words = process.argv.slice(2);
      const behind = words.includes('--') ? words.length - words.indexOf('--') - 1 : 0;
      process.exitCode = await compare(files, behind, options);
    });
}

function addSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of scenarios, for editors')
    .option('--markdown', 'the same for people: every key, field, unit and metric of the language')
    .action(async (options: { readonly markdown?: boolean }) => {
      const { schema } = await import('./schema.ts');
      process.exitCode = await schema({ ...options, out: process.stdout });
    });
}

function addList(program: Command): void {
  program
    .command('list')
    .description('name the bundled scenarios, a line each')
    .action(async () => {
      const { list } = await import('./list.ts');
      process.exitCode = await list({ out: process.stdout });
    });
}

function addInit(program: Command): void {
  program
    .command('init')
    .description('write a commented scenario to begin with, and its schema beside it for editors')
    .argument('[path]', 'the file to write', 'scenario.yaml')
    .option('--force', 'overwrite what exists')
    .action(async (path: string, options: { readonly force?: boolean }) => {
      const { init } = await import('./init.ts');
      process.exitCode = await init(path, { ...options, out: process.stdout });
    });
}

function addBroker(program: Command): void {
  program
    .command('broker')
    .description('start the embedded broker, for trying out: MQTT 3.1.1 until Ctrl-C; its urls go to stdout')
    .option('--port <number>', 'of MQTT over TCP; 0 takes a free one', '1883')
    .option('--ws-port <number>', 'of MQTT over WebSocket; 0 takes a free one (default: no WebSocket)')
    .option('--host <address>', 'where it listens; 0.0.0.0 for all addresses of the machine', '127.0.0.1')
    .action(async (options: BrokerWords) => {
      const { broker } = await import('./broker.ts');
      process.exitCode = await broker({ ...options, out: process.stdout, err: process.stderr });
    });
}

function commandLine(): Command {
  const program = new Command('mqtt-stress')
    .description('Load- and stress-test MQTT brokers: many clients, all cores, numbers that are true.')
    .version(packageVersion())
    .configureHelp(helpLayout)
    .configureOutput(errorLayout(() => process.stderr.columns))
    .hook('preAction', (_, command) => refuseSurplus(command))
    .showHelpAfterError('Try --help.')
    .exitOverride();
  addRun(program);
  addReport(program);
  addCompare(program);
  addCheck(program);
  addList(program);
  addInit(program);
  addBroker(program);
  addSchema(program);
  for (const command of program.commands) command.copyInheritedSettings(program).allowExcessArguments();
  return program;
}

const tooManyFiles = ['EMFILE', 'ENFILE'];

/** Known errors are told as text with their hint; every other one is a bug and shows its stack. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.passed : exitCode.usage;
  if (error instanceof UserError) {
    const reason = error.cause instanceof Error ? [`reason: ${error.cause.message}`] : [];
    const lines = [error.message, ...reason, ...(error.hint === undefined ? [] : [error.hint])];
    process.stderr.write(shown(`${fold(lines.join('\n'), process.stderr.columns)}\n`));
    process.stderr.write(problemAnnotations(lines.join('\n'), process.env));
    return error.exitCode;
  }
  if (tooManyFiles.includes((error as NodeJS.ErrnoException | null)?.code ?? '')) {
    process.stderr.write(
      `${fold('a process here may open too few files: first say ulimit -n 65536', process.stderr.columns)}\n`,
    );
    return exitCode.usage;
  }
  const stack = error instanceof Error ? error.stack : String(error);
  // Sockets and threads may still be open after a bug, and would keep the process.
  process.stderr.write(`${stack}\nThis is a bug of mqtt-stress: please report it with the lines above.\n`, () =>
    process.exit(exitCode.bug),
  );
  return exitCode.bug;
}

/** A reader that left (`| head`) ends the writing, not the run, nor its exit code; a full disk is told, as for a report file. */
function listenToStdout(): void {
  let told = false;
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE' || told) return;
    told = true;
    process.stderr.write(`stdout cannot be written: ${message.replace(/, write$/, '')}\n`);
    process.once('exit', (ended) => {
      if (ended === exitCode.passed) process.exitCode = exitCode.usage;
    });
  });
}

listenToStdout();
// Where even this cannot be written, nothing can be told.
process.stderr.on('error', () => {});
try {
  await commandLine().parseAsync();
} catch (error) {
  process.exitCode = tell(error);
}
