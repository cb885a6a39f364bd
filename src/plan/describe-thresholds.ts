import { formatDuration } from '../base/units.ts';
import type { Expression } from '../metrics/expression.ts';
import { selectorText } from '../metrics/selector.ts';
import { shareBases } from '../metrics/shares.ts';
import type { Plan, ThresholdPlan } from './plan.ts';
import type { Row } from './rows.ts';

/** What must hold, when it is judged and what follows, in plain words. */
export function thresholdRows({ thresholds }: Plan): Row[] {
  if (thresholds.length === 0) return [['', 'none: the run passes if it is complete and trustworthy']];
  return thresholds.map((threshold): Row => {
    const { expression, level, implicit } = threshold;
    const notes = [
      ...livePhrases(threshold),
      ...(level === 'warn' ? ['only a warning'] : []),
      ...(implicit ? ['always, unless the scenario says otherwise'] : []),
    ];
    return [selectorText(expression), `${inWords(expression)}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`];
  });
}

function inWords({ metric, aggregate, text }: Expression): string {
  return aggregate === 'share' ? `${text} of the ${shareBases[metric]?.words ?? ''}` : text;
}

function livePhrases({ windowMs, afterMs, abortOnFail }: ThresholdPlan): string[] {
  if (windowMs === undefined && !abortOnFail) return [];
  const over = windowMs === undefined ? 'on the run so far' : `on the last ${formatDuration(windowMs)}`;
  const from = afterMs === undefined ? '' : `, from ${formatDuration(afterMs)} of the measured window on`;
  const judged = `judged every second ${over}${from}`;
  return abortOnFail ? [judged, 'stops the run where it fails'] : [judged];
}
