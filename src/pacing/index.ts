import { constant } from './constant.ts';
import { stages } from './stages.ts';

/** When publishes are due: each member adds its keys to a publish entry. */
export const pacings = { constant, stages };
