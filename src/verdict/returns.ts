import { formatCount } from '../base/units.ts';
import type { Result, SeriesEntry } from './result.ts';

/** When the first and the last client of a group came back, from the series: to the second, and told at its end. */
export function returns(series: readonly SeriesEntry[], groups: Result['groups']): Result['events'] {
  return Object.entries(groups).flatMap(([name, { reconnects }]) => {
    if (reconnects.count === 0) return [];
    const seconds = series.filter(({ groups: told }) => (told?.[name]?.counts.reconnects ?? 0) > 0);
    const [first, last] = [seconds[0], seconds.at(-1)];
    if (first === undefined || last === undefined) return [];
    const all = `${formatCount(reconnects.count)} ${reconnects.count === 1 ? 'reconnect' : 'reconnects'} in all`;
    if (first === last) return [{ t: first.t + 1000, text: `${name}: connected again, ${all}` }];
    return [
      { t: first.t + 1000, text: `${name}: the first are connected again` },
      { t: last.t + 1000, text: `${name}: the last are connected again, ${all}` },
    ];
  });
}
