import type uPlotClass from 'uplot';
import type { LineLook, Unit } from '../page-data.ts';
import { percentileAxis, timeAxis, valueAxis } from './axes.ts';
import { element, faint, ink } from './page.ts';
import { inWords } from './words.ts';

/** uPlot stands before this script in the page. */
declare const uPlot: typeof import('uplot');

export type DrawnLine = LineLook & {
  readonly values: readonly (number | null)[];
  /** Of the run it is compared with. */
  readonly base: readonly (number | null)[] | null;
};

export type Drawing = {
  readonly title: string;
  readonly note: string;
  readonly unit: Unit;
  readonly x: readonly number[];
  readonly axis: 'time' | 'percentile';
  /** How far one x is from the next, where it is time. */
  readonly step: number;
  /** What is at the cursor. */
  readonly at: (index: number) => string;
  readonly lines: readonly DrawnLine[];
  readonly plugins: uPlotClass.Plugin[];
};

const height = 220;
/** From so many times its middle on, the highest value leaves nothing to see of the others. */
const wide = 60;

/** A chart with its legend, which tells the values at the cursor; cursors of all charts over time go together. */
export class Chart {
  readonly figure: HTMLElement;
  readonly #drawing: Drawing;
  readonly #plot = element('div', { class: 'plot' });
  readonly #when = element('span', { class: 'when' });
  readonly #outputs: { readonly now: HTMLElement; readonly base: HTMLElement }[] = [];
  readonly #hidden = new Set<number>();
  #logarithmic: boolean;
  #uPlot: uPlotClass | null = null;

  constructor(drawing: Drawing) {
    this.#drawing = drawing;
    this.#logarithmic = drawing.unit === 'ms' && spread(drawing.lines) > wide;
    this.figure = element('figure', { class: 'chart' }, this.#head(), this.#legend(), this.#plot);
  }

  draw(width = this.#plot.clientWidth): void {
    this.#uPlot?.destroy();
    const { x, lines } = this.#drawing;
    const data = [x, ...lines.map(({ base }) => base ?? x.map(() => null)), ...lines.map(({ values }) => values)];
    this.#uPlot = new uPlot(this.#options(Math.max(120, width)), data as uPlotClass.AlignedData, this.#plot);
    const { root } = this.#uPlot;
    root.setAttribute('role', 'img');
    root.setAttribute('aria-label', `${this.#drawing.title}: ${this.#drawing.note}`);
    this.#tell(null);
  }

  resize(): void {
    if (this.#plot.clientWidth > 0) this.#uPlot?.setSize({ width: this.#plot.clientWidth, height });
  }

  remove(): void {
    this.#uPlot?.destroy();
    this.figure.remove();
  }

  #head(): HTMLElement {
    const { title, note, unit } = this.#drawing;
    const head = element(
      'figcaption',
      {},
      element('h3', {}, title),
      element('span', { class: 'note' }, note),
      this.#when,
    );
    if (unit !== 'ms') return head;
    const scale = element('button', { type: 'button', class: 'quiet' });
    const label = () => {
      scale.textContent = this.#logarithmic ? 'log' : 'linear';
      scale.title = `the scale is ${this.#logarithmic ? 'logarithmic' : 'linear'}: change it`;
    };
    label();
    scale.addEventListener('click', () => {
      this.#logarithmic = !this.#logarithmic;
      label();
      this.draw();
    });
    head.append(scale);
    return head;
  }

  #legend(): HTMLElement {
    const { lines } = this.#drawing;
    const items = lines.map(({ label, ink, base }, i) => {
      const outputs = { now: element('b'), base: element('small') };
      this.#outputs.push(outputs);
      const key = element('button', { type: 'button', class: 'key', 'aria-pressed': 'true' });
      key.append(element('i', { class: `swatch ink${ink}` }), element('span', {}, label), outputs.now);
      if (base !== null) key.append(outputs.base);
      key.addEventListener('click', () => this.#toggle(i, key));
      return element('li', {}, key);
    });
    return element('ul', { class: 'legend' }, ...items);
  }

  #toggle(line: number, key: HTMLElement): void {
    const show = this.#hidden.has(line);
    if (show) this.#hidden.delete(line);
    else this.#hidden.add(line);
    key.setAttribute('aria-pressed', String(show));
    const { length } = this.#drawing.lines;
    for (const series of [1 + line, 1 + length + line]) this.#uPlot?.setSeries(series, { show });
  }

  /** The values at an index of x; null: there is no cursor. */
  #tell(index: number | null): void {
    const { at, lines, unit } = this.#drawing;
    this.#when.textContent = index === null ? '' : at(index);
    lines.forEach(({ values, base }, i) => {
      const outputs = this.#outputs[i];
      if (outputs === undefined) return;
      outputs.now.textContent = index === null ? '' : inWords(values[index], unit);
      outputs.base.textContent = index === null ? '' : `base ${inWords(base?.[index], unit)}`;
    });
  }

  #options(width: number): uPlotClass.Options {
    const { axis, unit, lines, plugins } = this.#drawing;
    const overTime = axis === 'time';
    const logarithmic = this.#logarithmic;
    return {
      width,
      height,
      padding: [18, 22, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { size: 7 },
        drag: { x: true, y: false, setScale: true },
        ...(overTime && { sync: { key: 'time', setSeries: false } }),
      },
      scales: {
        x: overTime
          ? { time: false, range: (_, from, to) => this.#span(from, to) }
          : { time: false, distr: 3, range: (_, from, to) => [from, to] },
        y: logarithmic
          ? { distr: 3, range: (_, from, to) => [from / 1.4, to * 1.4] }
          : { range: (_, __, to) => [0, to > 0 ? to * 1.08 : 1] },
      },
      axes: [overTime ? timeAxis() : percentileAxis(), valueAxis(unit, logarithmic)],
      series: [
        {},
        ...lines.map((line, i) => this.#series(line, i, true)),
        ...lines.map((line, i) => this.#series(line, i, false)),
      ],
      hooks: { setCursor: [(u) => this.#tell(u.cursor.idx ?? null)] },
      plugins,
    };
  }

  /** Of all of it, from the beginning of its first second to the end of the last. */
  #span(from: number, to: number): [number, number] {
    const { x, step } = this.#drawing;
    return from === x[0] && to === x.at(-1) ? [from - step / 2, to + step / 2] : [from, to];
  }

  #series(line: DrawnLine, i: number, isBase: boolean): uPlotClass.Series {
    const colour = ink(`ink${line.ink}`);
    return {
      show: !this.#hidden.has(i),
      stroke: isBase ? faint(colour, 0.6) : colour,
      width: isBase ? 1.25 : line.width,
      ...(isBase && { dash: [5, 4] }),
      spanGaps: line.sparse === true,
      points: { size: 5, filter: (u, series) => alone(u.data[series] ?? []) },
    };
  }
}

/** What no line goes through. */
function alone(values: ArrayLike<number | null | undefined>): number[] {
  const is = (i: number) => values[i] !== null && values[i] !== undefined;
  return Array.from({ length: values.length }, (_, i) => i).filter((i) => is(i) && !is(i - 1) && !is(i + 1));
}

/** How many times its middle value the highest is. */
function spread(lines: readonly DrawnLine[]): number {
  const all = lines
    .flatMap(({ values, base }) => [...values, ...(base ?? [])])
    .filter((value) => value !== null && value > 0);
  const sorted = (all as number[]).sort((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined ? 1 : (sorted.at(-1) ?? middle) / middle;
}
