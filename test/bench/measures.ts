import { measured, runFloor, runSubject, startSubject } from './programs.ts';
import type { Report, Task } from './subject.ts';
import { median, type Row } from './table.ts';
import type { ConnectionWork, LagWork, MemoryWork, MessageWork } from './works.ts';

/** What all measures need: where the broker is, the C loop, how many pairs, and the subject of a revision to compare with. */
export type Setting = {
  readonly url: string;
  readonly port: number;
  readonly floor: string | undefined;
  readonly pairs: number;
  readonly compared: string | undefined;
};

const runTag = 'bench00';
const say = (text: string) => process.stderr.write(`${text}\n`);

type Sample = { readonly cpuUs: number; readonly why: string };

/** Why a run does not count: a starved generator joins late writes and looks cheaper. */
function flaw(rate: number, asked: number, stealShare: number, writesEach: number): string {
  if (rate < 0.995 * asked) return `made ${Math.round((100 * rate) / asked)} % of the rate`;
  if (stealShare > 0.02) return `steal ${(stealShare * 100).toFixed(1)} %`;
  return writesEach < 0.95 ? `${writesEach.toFixed(2)} writes a message` : '';
}

async function floorSample(work: MessageWork, { floor, port }: Setting): Promise<Sample> {
  const { mode, args } = work.floor as NonNullable<MessageWork['floor']>;
  const { value, stealShare } = await measured(() => runFloor(floor as string, mode, port, args));
  return { cpuUs: value.cpuUs, why: flaw(value.rate, work.messagesPerSecond ?? 0, stealShare, 1) };
}

type Asked = {
  readonly client?: string;
  readonly threads?: number;
  readonly share?: number;
  readonly program?: string;
};

/** `share`: of the rate that the work asks for. */
async function ourSample(work: MessageWork, { url }: Setting, asked: Asked): Promise<Sample> {
  const { client = 'wire', threads = 1, share = 1, program } = asked;
  const scenario = work
    .scenario(url)
    .replace(/rate: (\d+)\/s, payload/, (_, rate: string) => `rate: ${Number(rate) * share}/s, payload`);
  const task: Task = { scenario, runTag, client, group: 'subject', threads };
  const { value, stealShare } = await measured(() => runSubject(task, program));
  const { cpuUs, messages, seconds, writes } = value;
  const single = work.messagesPerSecond !== undefined && client === 'wire' && work.other === undefined;
  const writesEach = single ? writes / messages : 1;
  const why = flaw(messages / seconds, (work.messagesPerSecond ?? 0) * share, stealShare, writesEach);
  return { cpuUs: cpuUs / messages, why };
}

/** Pairs of ours and what the goal is about, in turn; until enough of them count, at most twice as many. */
export async function measureMessages(work: MessageWork, setting: Setting): Promise<Row> {
  const other = work.other === undefined ? undefined : keepBusy(work, setting);
  const row = { floor: [] as number[], wire: [] as number[], mqttjs: [] as number[], other: [] as number[] };
  const ratios: number[] = [];
  const discarded: string[] = [];
  const { of, limit } = work.goal;
  const threads = work.threads ?? 1;
  for (let tries = 0; row.wire.length < setting.pairs && tries < setting.pairs * 2; tries++) {
    const floor =
      work.floor === undefined || setting.floor === undefined ? undefined : await floorSample(work, setting);
    const ours = await ourSample(work, setting, { threads });
    const mqttjs =
      of === 'mqttjs' || (threads === 1 && row.mqttjs.length < 3 && work.messagesPerSecond !== undefined)
        ? await ourSample(work, setting, { client: 'mqttjs' })
        : undefined;
    const single = of === 'one thread' ? await ourSample(work, setting, { share: 0.5 }) : undefined;
    const before = setting.compared && (await ourSample(work, setting, { threads, program: setting.compared }));
    const why = [floor?.why && `floor ${floor.why}`, ours.why && `wire ${ours.why}`, single?.why]
      .filter(Boolean)
      .join(', ');
    say(`${work.name}: floor ${floor?.cpuUs.toFixed(2) ?? '-'}, wire ${ours.cpuUs.toFixed(2)} us ${why}`);
    if (mqttjs !== undefined) row.mqttjs.push(mqttjs.cpuUs);
    if (why !== '') {
      discarded.push(why);
      continue;
    }
    row.wire.push(ours.cpuUs);
    if (floor !== undefined) row.floor.push(floor.cpuUs);
    if (before) row.other.push(before.cpuUs);
    const beside = { floor, mqttjs, 'one thread': single, us: { cpuUs: 1 } }[of];
    if (beside !== undefined) ratios.push(ours.cpuUs / beside.cpuUs);
  }
  other?.();
  const met = ratios.length < setting.pairs ? undefined : median(ratios) <= limit;
  const goal = of === 'us' ? `${limit} us` : `${limit} x ${of}`;
  return { work: work.name, unit: 'us CPU a message', ...row, ratios: of === 'us' ? [] : ratios, goal, met, discarded };
}

/** Keeps the other group of the work going in a process of its own until it is stopped. */
function keepBusy(work: MessageWork, { url }: Setting): () => void {
  const scenario = work.scenario(url).replace(/^duration: .*$/m, 'duration: 1800s');
  const child = startSubject({ scenario, runTag, client: 'wire', group: work.other as string, threads: 1 });
  return () => void child.kill('SIGKILL');
}

/** The same with all clients and with one: what is between them is the connections'. */
async function growth(
  scenario: string,
  clients: number,
  client: string,
  figure: (report: Report) => number,
  program?: string,
) {
  const task = { scenario, runTag, client, threads: 1 };
  const many = figure(await runSubject(task, program));
  const one = figure(await runSubject({ ...task, scenario: scenario.replace(/clients: \d+/, 'clients: 1') }, program));
  return (many - one) / (clients - 1);
}

export async function measureConnections(work: ConnectionWork, setting: Setting): Promise<Row> {
  const { url, pairs, compared, floor, port } = setting;
  const row = { floor: [] as number[], wire: [] as number[], mqttjs: [] as number[], other: [] as number[] };
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const of = (client: string, program?: string) =>
      growth(work.scenario(url), work.clients, client, ({ connectCpuUs }) => connectCpuUs, program);
    const wire = await of('wire');
    const mqttjs = await of('mqttjs');
    if (floor !== undefined) row.floor.push((await runFloor(floor, 'connect', port, [String(work.clients)])).cpuUs);
    if (compared !== undefined) row.other.push(await of('wire', compared));
    row.wire.push(wire);
    row.mqttjs.push(mqttjs);
    ratios.push(wire / mqttjs);
    say(`${work.name}: wire ${wire.toFixed(0)}, mqttjs ${mqttjs.toFixed(0)} us a connection`);
  }
  const goal = `${work.limit} x mqttjs`;
  return {
    work: work.name,
    unit: 'us CPU a connection',
    ...row,
    ratios,
    goal,
    met: median(ratios) <= work.limit,
    discarded: [],
  };
}

export async function measureMemory(work: MemoryWork, { url, compared }: Setting): Promise<Row> {
  const row = { floor: [], wire: [] as number[], mqttjs: [] as number[], other: [] as number[] };
  const scenario = work.scenario(url);
  const each = async (client: string, program?: string) => {
    const resident = ({ residentBytes }: Report) => residentBytes / 1024;
    if (work.counts === 'more') return growth(scenario, work.clients, client, resident, program);
    return resident(await runSubject({ scenario, runTag, client, threads: 1 }, program)) / work.clients;
  };
  for (let i = 0; i < 3; i++) {
    row.wire.push(await each('wire'));
    if (work.counts === 'more') row.mqttjs.push(await each('mqttjs'));
    if (compared !== undefined) row.other.push(await each('wire', compared));
    say(`${work.name}: wire ${row.wire.at(-1)?.toFixed(1)} KiB`);
  }
  const met = median(row.wire) <= work.limit;
  return {
    work: work.name,
    unit: 'KiB a connection',
    ...row,
    ratios: [],
    goal: `${work.limit} KiB`,
    met,
    discarded: [],
  };
}

/** p50 as a row of its own, p99 another; each run beside a bare metronome in the same minute. */
export async function measureLag(work: LagWork, { url, compared }: Setting): Promise<Row[]> {
  const lags = { p50: [] as number[], p99: [] as number[] };
  const bare = { p50: [] as number[], p99: [] as number[] };
  const before = { p50: [] as number[], p99: [] as number[] };
  const add = (to: typeof lags, { p50, p99 }: Report['lag']) => {
    to.p50.push(p50);
    to.p99.push(p99);
  };
  for (let i = 0; i < 5; i++) {
    const task: Task = { scenario: work.scenario(url), runTag, client: 'wire', threads: 1 };
    const { lag } = await runSubject(task);
    add(lags, lag);
    add(bare, (await runSubject({ ...task, bare: true })).lag);
    if (compared !== undefined) add(before, (await runSubject(task, compared)).lag);
    say(
      `${work.name}: p50 ${lag.p50.toFixed(3)} ms, p99 ${lag.p99.toFixed(3)} ms; bare ${bare.p50.at(-1)?.toFixed(3)}, ${bare.p99.at(-1)?.toFixed(3)}`,
    );
  }
  return (['p50', 'p99'] as const).map((which) => {
    const near = which === 'p50' ? 0.1 : 0.3;
    const limit = work.limits[which];
    const met = median(lags[which]) <= Math.max(limit, median(bare[which]) + near);
    const goal = `${limit} ms, or ${near} ms above a bare metronome`;
    return {
      work: `${work.name}, ${which}`,
      unit: 'ms',
      floor: bare[which],
      wire: lags[which],
      mqttjs: [],
      other: before[which],
      ratios: [],
      goal,
      met,
      discarded: [],
    };
  });
}
