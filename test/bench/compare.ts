import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { turns } from '../../src/cli/repeat.ts';
import { compare } from '../../src/verdict/compare/compare.ts';
import type { Result } from '../../src/verdict/result.ts';
import { startDelayProxy } from '../support/delay-proxy.ts';
import { findProgram, startMosquitto } from '../support/mosquitto.ts';
import { runScenario } from '../support/run-scenario.ts';
import { type Random, seeded } from '../support/seeded.ts';

// npm run bench:compare -- [--alike 80] [--seconds 10] [--each 15] [--pairs 10]
// How often the answers are wrong, by the rules that hold by default, against a real Mosquitto:
//   alike    so many runs of one scenario on one broker. Each two that follow each other are compared as single runs; of each ten that
//            follow each other, five are compared with the other five, in five ways: in turn, and four times by lot.
//   slower   runs through a proxy that delays each way by 10 ms (the base), 11, 12, 13 and 14 ms, in turn; 40 times five of the base and
//            five of the others, by lot, are compared. And single runs through 10 and 18 ms.
// A run whose generator was the limit is made again, as its figures would not be compared.

const { values } = parseArgs({
  options: {
    alike: { type: 'string', default: '80' },
    seconds: { type: 'string', default: '10' },
    each: { type: 'string', default: '15' },
    pairs: { type: 'string', default: '10' },
  },
});
const alike = Number(values.alike);
const each = Number(values.each);
const lots = 40;
const seed = 6;

if (findProgram('mosquitto') === undefined) throw new Error('mosquitto is not installed');
const mosquitto = await startMosquitto();
let again = 0;

async function run(url: string, seconds: number): Promise<Result> {
  const scenario = `
brokers: [${url}]
warmUp: 300ms
duration: ${seconds}s
groups:
  pubs: { clients: 20, publish: { topic: "t/{index}", qos: 1, rate: 20/s } }
  subs: { clients: 2, subscribe: { topic: "t/+", qos: 1 } }
`;
  for (;;) {
    const result = await runScenario(scenario, { backend: 'threads' });
    if (result.verdict === 'notStarted') throw new Error(result.reasons.join(' '));
    if (result.trust.verdict !== 'invalid' && result.verdict !== 'incomplete') return result;
    again++;
  }
}

type Tally = {
  readonly name: string;
  worse: number;
  unproven: number;
  unknown: number;
  of: number;
  readonly rules: Record<string, number>;
};

function tally(name: string, pairs: readonly (readonly [readonly Result[], readonly Result[]])[]): Tally {
  const told: Tally = { name, worse: 0, unproven: 0, unknown: 0, of: pairs.length, rules: {} };
  for (const [base, fresh] of pairs) {
    const of = (results: readonly Result[]) => results.map((result) => ({ result }));
    const { passed, judged, rules } = compare(of(base), of(fresh), { alternated: true });
    if (!judged) told.unknown++;
    else if (!passed) told.worse++;
    else if (rules.some(({ answer }) => answer === 'unproven')) told.unproven++;
    for (const { answer, metric, rule } of rules) {
      const key = `${metric} ${rule.split(' ')[0]}`;
      if (answer === 'worse') told.rules[key] = (told.rules[key] ?? 0) + 1;
    }
  }
  return told;
}

function tell({ name, worse, unproven, unknown, of, rules }: Tally): void {
  const which = Object.entries(rules).map(([rule, n]) => `${rule} ${n}`);
  const rest = [`${unproven} worse without proof`, ...(unknown > 0 ? [`${unknown} not known`] : []), ...which];
  console.log(`${name.padEnd(48)} ${String(worse).padStart(2)} of ${of} worse (98); ${rest.join(', ')}`);
}

function drawn<T>(from: readonly T[], count: number, random: Random): T[] {
  const left = [...from];
  return Array.from({ length: count }, () => left.splice(random(left.length), 1)[0] as T);
}

/** Ten runs as five and five. */
function splits(ten: readonly Result[], random: Random): [Result[], Result[]][] {
  const inTurn = turns(5, true).map(({ side }) => side === 'base');
  const byTurn: [Result[], Result[]] = [ten.filter((_, i) => inTurn[i]), ten.filter((_, i) => !inTurn[i])];
  const byLot = Array.from({ length: 4 }, (): [Result[], Result[]] => {
    const base = drawn(ten, 5, random);
    return [base, ten.filter((result) => !base.includes(result))];
  });
  return [byTurn, ...byLot];
}

function figures(name: string, runs: readonly Result[]): void {
  const told = ([50, 99] as const).map((p) => {
    const ms = runs.map(({ totals }) => totals.delivery_time?.[`p${p}`] ?? 0).sort((a, b) => a - b);
    const at = (share: number) => (ms[Math.floor(share * (ms.length - 1))] ?? 0).toFixed(2);
    return `p(${p}) ${at(0)} to ${at(1)}, median ${at(0.5)}`;
  });
  console.log(`${name}: ${runs.length} runs, delivery in ms: ${told.join('; ')}`);
}

async function sameBroker(random: Random): Promise<void> {
  const runs: Result[] = [];
  while (runs.length < alike) runs.push(await run(mosquitto.url, Number(values.seconds)));
  figures('the same broker', runs);
  const pairs = Array.from(
    { length: Math.floor(alike / 2) },
    (_, i) => [[runs[2 * i]], [runs[2 * i + 1]]] as [Result[], Result[]],
  );
  const tens = Array.from({ length: Math.floor(alike / 10) }, (_, i) => runs.slice(10 * i, 10 * i + 10));
  tell(tally('the same broker, single runs', pairs));
  tell(
    tally(
      'the same broker, five a side',
      tens.flatMap((ten) => splits(ten, random)),
    ),
  );
}

async function slowerBroker(random: Random): Promise<void> {
  const delays = [10, 11, 12, 13, 14, 18];
  const proxies = await Promise.all(delays.map((ms) => startDelayProxy(mosquitto.port, { ms }, { ms })));
  const pool = async (which: readonly number[], seconds: number, count: number) => {
    const runs = new Map(which.map((i) => [i, [] as Result[]]));
    for (let n = 0; n < count; n++) for (const i of which) runs.get(i)?.push(await run(proxies[i]?.url ?? '', seconds));
    return runs;
  };
  const short = await pool([0, 1, 2, 3, 4], 2, each);
  const base = short.get(0) ?? [];
  for (const i of [0, 1, 2, 3, 4]) {
    const runs = short.get(i) ?? [];
    figures(`${delays[i]} ms each way`, runs);
    if (i === 0) continue;
    const chosen = Array.from({ length: lots }, () => [drawn(base, 5, random), drawn(runs, 5, random)] as const);
    tell(tally(`10 ms to ${delays[i]} ms each way, five a side`, chosen));
  }
  const long = await pool([0, 5], Number(values.seconds), Number(values.pairs));
  const pairs = (long.get(0) ?? []).map((one, n) => [[one], [long.get(5)?.[n] as Result]] as const);
  figures('18 ms each way', long.get(5) ?? []);
  tell(tally('10 ms to 18 ms each way, single runs', pairs));
  await Promise.all(proxies.map((proxy) => proxy.stop()));
}

console.log(
  `${new Date().toISOString()}, ${cpus().length} cores of ${cpus()[0]?.model.trim()}, Node ${process.version}`,
);
const random = seeded(seed);
await slowerBroker(random);
await sameBroker(random);
console.log(`${again} runs made again, as their generator was the limit`);
await mosquitto.stop();
