import { compileTemplate } from '../base/template.ts';
import type { Protocol } from '../mqtt/packets.ts';
import type { Identity } from '../workloads/workload.ts';

/** Who takes part, and what each client does: as much of a scenario, or of a plan, as names and routes follow from. */
export type Population = {
  readonly brokers: readonly { readonly name: string; readonly weight: number }[];
  /** True where brokers share messages. */
  readonly cluster: boolean;
  readonly run: string;
  readonly seed: number;
  readonly groups: readonly {
    readonly name: string;
    readonly clients: number;
    /** A template. */
    readonly clientId: string;
    /** Only where the ids are still to be checked. */
    readonly allowDuplicateIds?: boolean | undefined;
    /** `spread`, or the name of a broker. */
    readonly broker: string;
    readonly protocol: Protocol;
    readonly jobs: readonly { readonly workload: string; readonly options: unknown }[];
  }[];
};

/**
 * Whose turn it is, by weight: position i of the cycle holds the broker of every client i modulo its length. The heavier
 * ones are spaced evenly (smooth weighted round robin), so that a share of any step gets its part of each.
 */
export function brokerCycle(weights: readonly number[]): readonly number[] {
  const divisor = Math.max(1, weights.reduce(greatestCommonDivisor, 0));
  const parts = weights.map((weight) => weight / divisor);
  const total = parts.reduce((sum, part) => sum + part, 0);
  const credit = parts.map(() => 0);
  const cycle: number[] = [];
  while (cycle.length < total) {
    let best = 0;
    for (const [i, part] of parts.entries()) {
      credit[i] = (credit[i] ?? 0) + part;
      if ((credit[i] ?? 0) > (credit[best] ?? 0)) best = i;
    }
    credit[best] = (credit[best] ?? 0) - total;
    cycle.push(best);
  }
  return cycle;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

type Named = Pick<Population['groups'][number], 'name' | 'clientId' | 'broker'>;

/** What makes the identity of one client; the same wherever it is computed. */
export function identities({
  brokers,
  run,
  seed,
}: Pick<Population, 'brokers' | 'run' | 'seed'>): (group: Named, index: number) => Identity {
  const cycle = brokerCycle(brokers.map(({ weight }) => weight));
  return (group, index) => {
    const broker = group.broker === 'spread' ? (brokers[cycle[index % cycle.length] ?? 0]?.name ?? '') : group.broker;
    const template = compileTemplate(group.clientId, 'clientId');
    if ('problem' in template) throw new Error(`clientId ${template.problem}`);
    const nameless = { group: group.name, index, clientId: '', broker, run, seed };
    return { ...nameless, clientId: template.render(nameless, 0, 0) };
  };
}
