import { constant } from './constant.ts';
import type { Pacing } from './pacer.ts';
import { stages } from './stages.ts';

/** When publishes are due: each member adds its keys to a publish entry. */
export const pacings = { constant, stages };

type OptionsOf<Member> = Member extends Pacing<infer Options> ? (options: Options) => void : never;
type All = OptionsOf<(typeof pacings)[keyof typeof pacings]>;

/** The keys of all members together. */
export type PacingOptions = All extends (options: infer Options) => void ? Options : never;
