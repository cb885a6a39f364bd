import type { Result } from '../../verdict/result.ts';
import type { Ink } from './ink.ts';

/** Lines of one section of the report, at most `width` long; none where there is nothing to say. */
export type Section = (result: Result, width: number, ink: Ink) => string[];
