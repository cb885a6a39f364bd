import type { Result, SeriesEntry } from '../../verdict/result.ts';
import { type Chart, chartsOf, distributed } from './charts.ts';
import { distributions, inverseTails } from './distribution.ts';
import { marksOf, spansOf } from './marks.ts';
import type { PageData, PartData } from './page-data.ts';
import { pointsOf, stepFor } from './points.ts';

const mostPoints = 2000;
/** Of all groups together, but of each at least some hundred. */
const mostPointsOfGroups = 12_000;
const fewestPointsOfGroup = 400;

/** What the page draws of the run, and of the one that it is compared with. */
export function chartData(result: Result, base: Result | undefined): PageData {
  const charts = chartsOf(result);
  const both = (group: string | undefined, most: number) => {
    const step = stepFor(most, result.series, base?.series ?? []);
    const told = (run: Result | undefined) => (run === undefined ? [] : [part(run, charts, step, group)]);
    return { run: told(result), base: told(base) };
  };
  const groups = groupsOf(result.series);
  const mostOfGroup = Math.min(mostPoints, Math.max(fewestPointsOfGroup, mostPointsOfGroups / groups.length));
  const all = [both(undefined, mostPoints), ...groups.map((group) => both(group, mostOfGroup))];
  const parts = all.map(({ run: [run], base: [base] }) => ({ run, base }));
  return {
    charts: charts.map(({ lines, ...chart }) => ({ ...chart, lines: lines.map(({ measure: _, ...line }) => line) })),
    distributions: distributed.map(({ name: _, ...line }) => line),
    tails: inverseTails,
    run: { parts: parts.flatMap(({ run }) => run ?? []) },
    base: base === undefined ? null : { parts: parts.flatMap(({ base }) => base ?? []) },
    marks: marksOf(result),
    spans: spansOf(result),
  };
}

/** Those that the series tells apart, where there are several. */
function groupsOf(series: readonly SeriesEntry[]): string[] {
  const names = Object.keys(series.find(({ groups }) => groups !== undefined)?.groups ?? {});
  return names.length < 2 ? [] : names;
}

function part(result: Result, charts: readonly Chart[], step: number, group: string | undefined): PartData {
  const measures = charts.flatMap(({ lines }) => lines.map(({ measure }) => measure));
  const { t, values } = pointsOf(result.series, measures, step, group);
  const whole = group === undefined ? result.totals : Object.hasOwn(result.groups, group) && result.groups[group];
  const known = whole
    ? distributions(
        whole,
        distributed.map(({ name }) => name),
      )
    : {};
  return {
    group: group ?? '',
    step,
    t,
    lines: values.map((line) => (line.some((value) => value !== null && value !== 0) ? [...line] : null)),
    distributions: distributed.map(({ name }) => known[name] ?? []),
  };
}
