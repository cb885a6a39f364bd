/**
 * `worse`: by more than its rule allows, and more than chance explains: the only answer that fails. `within`: worse, but not by more
 * than that. `unproven`: worse by more than that in these runs, which are too few to say that others would be. `noData`: not measured.
 */
export type Answer = 'worse' | 'unproven' | 'within' | 'same' | 'better' | 'tooLittle' | 'noData';

/** What one rule found. Values in the unit of the result file: ms for times, plain for counts, a second for rates. */
export interface RuleResult {
  /** With its selector, as delivery_time{group=sensors}. */
  readonly metric: string;
  /** As written: "p(99) <= +15% (min 2ms)". */
  readonly rule: string;
  /** True where the scenario has no rules of its own. */
  readonly byDefault: boolean;
  /** The value of the run, or the median of those of several runs; null: no data. */
  readonly base: number | null;
  readonly new: number | null;
  /** Of the new to the base: 0.23 is 23 % more; null: no data, or a base of 0. */
  readonly change: number | null;
  /** In which the change lies with a confidence of 95 %; null: not known. */
  readonly interval: readonly [number, number] | null;
  /** How likely so much would be by chance if the limit held exactly, one-sided, by Holm's correction; null: not tested. */
  readonly p: number | null;
  readonly answer: Answer;
  /** The answer as people read it: "worse by 23 % (95 % interval 18 to 29)". */
  readonly words: string;
}

/** A run that was compared. */
export interface ComparedRun {
  readonly id: string;
  /** The file it was read from; absent where it was made here. */
  readonly file?: string;
  readonly startedAt: string;
}

/** New runs beside those of a baseline. */
export interface Comparison {
  /** False: a rule answers `worse`, one that was asked, not by default, answers `noData`, or `judged` is false. */
  readonly passed: boolean;
  /** False: no rule had enough data to say anything, so nothing is known. */
  readonly judged: boolean;
  /** `runs`: run against run, by a Mann-Whitney test; `seconds`: second against second of too few runs for that, by a bootstrap. */
  readonly method: 'runs' | 'seconds';
  /** True where both sides were made in turn by one command. */
  readonly alternated: boolean;
  readonly base: readonly ComparedRun[];
  readonly new: readonly ComparedRun[];
  /** The worst first. */
  readonly rules: readonly RuleResult[];
  /** Where machine, program, broker or load differ, and which runs were left out and why, in sentences. */
  readonly warnings: readonly string[];
}
