import { UserError } from '../base/errors.ts';
import type { ChangeRule } from '../metrics/change-rule.ts';
import type { Candidate } from '../verdict/compare/admit.ts';
import { parseRules } from '../verdict/compare/rules.ts';
import { readResult } from '../verdict/saved-result.ts';

/** The options of `run` that make several runs, or compare them; as commander hands them over. */
export type CompareWords = {
  readonly repeat?: string;
  /** Results to compare with. */
  readonly baseline?: readonly string[];
  /** The base is made here, in turn with the runs: the same scenario on these brokers, and with these values. */
  readonly baseBroker?: readonly string[];
  readonly baseSet?: readonly string[];
  readonly rule?: readonly string[];
};

export type Comparing = {
  /** How many runs of each side. */
  readonly repeat: number;
  readonly baseline: readonly Candidate[];
  readonly baseHere: boolean;
  /** Instead of the scenario's. */
  readonly rules: readonly ChangeRule[] | undefined;
};

/** A test of whole runs needs five a side. */
const repeatInTurn = 5;
const mostRepeats = 100;

/** Throws a UserError for what does not fit together, and for results that cannot be read. */
export async function readComparing(words: CompareWords): Promise<Comparing> {
  const { baseline = [], baseBroker = [], baseSet = [], repeat } = words;
  const baseHere = baseBroker.length + baseSet.length > 0;
  if (baseHere && baseline.length > 0) {
    throw new UserError(
      '--baseline names runs that were made before, --base-broker and --base-set make them here: give one',
      {
        hint: 'runs of both sides that were made in turn can be compared best',
      },
    );
  }
  const count = repeat === undefined ? (baseHere ? repeatInTurn : 1) : parseRepeat(repeat);
  const rules = words.rule && parseRules(words.rule, '--rule');
  if (rules !== undefined && baseline.length === 0 && !baseHere && count === 1) {
    throw new UserError('--rule says what may be worse than a baseline, and there is none', {
      hint: 'name results of earlier runs with --baseline, or have the base made here with --base-broker or --base-set',
    });
  }
  return {
    repeat: count,
    baseline: await openCandidates(baseline),
    baseHere,
    rules,
  };
}

export async function openCandidates(files: readonly string[]): Promise<Candidate[]> {
  return Promise.all(files.map(async (file) => ({ file, result: await readResult(file) })));
}

function parseRepeat(text: string): number {
  const count = Number(text);
  if (/^[0-9]+$/.test(text) && count >= 1 && count <= mostRepeats) return count;
  throw new UserError(`--repeat ${text}: must be a whole number from 1 to ${mostRepeats}`);
}
