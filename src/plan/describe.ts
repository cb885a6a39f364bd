import type { Machine } from '../base/machine.ts';
import { formatCount, formatDuration, formatRate, formatSize } from '../base/units.ts';
import { selectorText } from '../metrics/selector.ts';
import { observerOf } from '../observers/lookup.ts';
import { withoutCredentials } from '../transports/address.ts';
import { clientsPerBroker, demandOf } from './demand.ts';
import { describeGroup } from './describe-group.ts';
import { thresholdRows } from './describe-thresholds.ts';
import type { BrokerPlan, Plan } from './plan.ts';
import { ratesOf } from './rates.ts';
import { layOutWithin, type Row } from './rows.ts';
import { publishes } from './streams.ts';
import type { Threads } from './threads.ts';

/** The plan and every default in plain words, in lines of at most 100 columns; what `mqtt-stress check` prints. */
export function describe(plan: Plan, machine: Machine, threads: Threads, columns?: number): string {
  const layOut = layOutWithin(columns);
  const sections = [
    [plan.name, ...layOut('', [['', plan.description ?? '']])],
    layOut('Brokers', brokerRows(plan)),
    layOut('Times', timeRows(plan)),
    ...describeGroup(plan, layOut),
    layOut('Load', loadRows(plan)),
    layOut('Thresholds', thresholdRows(plan)),
    layOut('Beside a baseline', compareRows(plan)),
    layOut('This machine', machineRows(plan, machine, threads)),
    layOut(
      'Take note',
      plan.warnings.map((warning): Row => ['-', warning]),
    ),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function brokerRows({ brokers, ...plan }: Plan): Row[] {
  const counts = clientsPerBroker({ ...plan, brokers });
  const rows = brokers.map(
    (broker, i): Row => [broker.name, `${describeBroker(broker, brokers.length)}, ${clientsWord(counts[i] ?? 0)}`],
  );
  rows.push(...brokers.flatMap(observeRows));
  if (brokers.length < 2) return rows;
  const note = plan.cluster
    ? 'the brokers share messages: deliveries are expected across all of them'
    : 'the brokers are independent: deliveries are expected within each of them';
  return [...rows, ['', note]];
}

function observeRows({ name, observe = [] }: BrokerPlan): Row[] {
  return observe.map((entry): Row => ['', `${name} is observed: ${observerOf(entry).describe(entry.options)}`]);
}

function describeBroker({ target, username, weight, embedded }: BrokerPlan, brokers: number): string {
  if (embedded) return 'embedded, started with the run on a free port; for trying out, no measure of capacity';
  const user = username === undefined ? 'without user name' : `as user ${username}`;
  return `${withoutCredentials(target.url)}, ${describeTls(target)}${user}${brokers > 1 ? `, weight ${weight}` : ''}`;
}

/** Never the contents of files, nor the values of headers. */
function describeTls({ tls, headers }: BrokerPlan['target']): string {
  const parts = [
    ...(tls?.verify === false ? ['any certificate is accepted'] : []),
    ...(tls?.ca === undefined ? [] : ['an authority of its own']),
    ...(tls?.cert === undefined ? [] : ['with a client certificate']),
    ...(headers === undefined ? [] : [`headers ${Object.keys(headers).join(' ')}`]),
  ];
  return parts.map((part) => `${part}, `).join('');
}

function clientsWord(count: number): string {
  return `${formatCount(count)} client${count === 1 ? '' : 's'}`;
}

function timeRows({ warmUpMs, durationMs, drainMs }: Plan): Row[] {
  return [
    ['first', 'connect all clients, then subscribe all'],
    ['warm-up', warmUpMs === 0 ? 'none' : `${formatDuration(warmUpMs)} of load that is not counted`],
    ['measured', durationMs === null ? 'until every client has sent all its messages' : formatDuration(durationMs)],
    ['drain', `at most ${formatDuration(drainMs)} for what is in flight at the end`],
  ];
}

function loadRows(plan: Plan): Row[] {
  const { publishedPerSecond, deliveredPerSecond, unlimited } = ratesOf(plan);
  if (!plan.groups.some(publishes)) return [['', 'no messages: connections only']];
  if (publishedPerSecond === 0 && !unlimited)
    return [['', 'none is due in the measured window: the rates are too low for its length']];
  const more = unlimited ? ', and as much as the closed loops (rate: max) make' : '';
  return [
    ['published', `${formatRate(rounded(publishedPerSecond))}${more}`],
    ['delivered', `${formatRate(rounded(deliveredPerSecond))}${more}`],
  ];
}

function rounded(perSecond: number): number {
  return perSecond >= 10 ? Math.round(perSecond) : Number(perSecond.toPrecision(3));
}

/** The default rules are not told: most runs have no baseline. */
function compareRows({ compare = [] }: Plan): Row[] {
  return compare.map((rule): Row => [selectorText(rule), rule.text]);
}

function machineRows(plan: Plan, machine: Machine, { count, why }: Threads): Row[] {
  const demand = demandOf(plan, count, machine);
  const { openFiles, sourcePorts, availableBytes, cores } = machine;
  const known = (limit: number | undefined) => (limit === undefined ? 'an unknown limit' : formatCount(limit));
  return [
    ['cores', String(cores)],
    ['load threads', `${count}: ${why}`],
    ['open files', `${formatCount(demand.files)} of ${known(openFiles)}`],
    ['source ports', `${formatCount(demand.ports.count)} of ${known(sourcePorts)} ${demand.ports.where}`],
    ['memory', `about ${formatSize(demand.bytes)} of ${formatSize(availableBytes)} available`],
  ];
}
