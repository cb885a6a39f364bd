import { SingleBar } from 'cli-progress';
import { formatDuration } from '../base/units.ts';
import type { Phase, Snapshot } from '../metrics/snapshot.ts';
import type { Totals } from '../metrics/totals.ts';
import type { Plan } from '../plan/plan.ts';
import { connectTroubles } from '../verdict/troubles.ts';
import { inert } from './github/commands.ts';
import { LastSecond } from './progress/last-second.ts';
import type { Stage } from './progress/stage.ts';
import { stage } from './progress/stage.ts';
import { eraseLine, type OpenReporter, type Output, type Reporter } from './reporter.ts';
import { item, wrap } from './text/table.ts';

const secondsBetweenLines = 5;

/** The run while it runs: one bar on a terminal, elsewhere one plain line every 5 s. */
export const progress: OpenReporter = (output) => (output.interactive ? bar(output) : lines(output));

function lines({ stream, columns }: Output): Reporter {
  let view: View | null = null;
  let toldAt = Number.NEGATIVE_INFINITY;
  let toldPhase = '';
  return {
    start(plan) {
      view = new View(plan, columns);
      stream.write(view.title);
    },
    waits(what) {
      stream.write(`${waiting(what)}\n`);
    },
    second(snapshot, totals) {
      view?.second(snapshot);
      if (snapshot.phase === 'ended') return;
      const troubles = view?.troubles(totals) ?? '';
      const due = snapshot.phase !== toldPhase || snapshot.second - toldAt >= secondsBetweenLines;
      if (!due && troubles === '') return;
      toldAt = snapshot.second;
      toldPhase = snapshot.phase;
      stream.write(`${view?.line(totals) ?? ''}\n${troubles}`);
    },
    end() {
      stream.write('\n');
    },
  };
}

function bar({ stream, columns }: Output): Reporter {
  let view: View | null = null;
  // A terminal echoes Ctrl-C as ^C behind the bar: it must not begin a second line, which would not be erased.
  const width = Math.min(columns, 120) - 3;
  // It must not listen to signals (gracefulExit), hide the cursor or turn off line breaks: leaving at once must leave the
  // terminal as it was.
  const single = new SingleBar({
    stream: inPlace(stream, columns),
    format: (_options, params, payload) => drawn(params.progress, payload as Drawn, width),
    hideCursor: false,
    linewrap: true,
    clearOnComplete: true,
    gracefulExit: false,
    fps: 4,
    // What is told above it has taken its place.
    forceRedraw: true,
  });
  return {
    start(plan) {
      view = new View(plan, columns);
      stream.write(view.title);
      single.start(1, 0, { name: 'connecting', detail: '' });
    },
    waits(what) {
      single.update(0, { name: observing, detail: what });
    },
    second(snapshot, totals) {
      view?.second(snapshot);
      const troubles = view?.troubles(totals) ?? '';
      // The bar goes on below them.
      if (troubles !== '') stream.write(eraseLine + troubles);
      const now = view?.now(totals);
      if (now !== undefined) single.update(now.share, { name: now.name, detail: now.detail });
    },
    end() {
      single.stop();
      stream.write('\n');
    },
  };
}

/**
 * The bar is the line where the cursor is. cli-progress saves the cursor's place at its start and goes back there at its end,
 * but by then that is another line: the screen has scrolled, or something was told above the bar.
 */
function inPlace(stream: NodeJS.WritableStream, columns: number): NodeJS.WritableStream {
  const saveOrRestore = ['\u001b7', '\u001b8'];
  const write = (text: string) => saveOrRestore.includes(text) || stream.write(text);
  return { isTTY: true, columns, write } as unknown as NodeJS.WritableStream;
}

type Drawn = { readonly name: string; readonly detail: string };

/** Phase, bar, figures; the figures go first where the line is narrow, from the end, never in mid-word. */
function drawn(share: number, { name, detail }: Drawn, width: number): string {
  const size = width < 50 ? 6 : width < 110 ? 12 : 24;
  const done = Math.round(size * Math.max(0, Math.min(1, share)));
  const head = `${name.padEnd(10)} ${'█'.repeat(done)}${'░'.repeat(size - done)}  `;
  let text = detail;
  while (text !== '' && head.length + text.length > width)
    text = text.slice(0, Math.max(0, text.lastIndexOf(separator)));
  return head + text;
}

const separator = '  ';
const observing = 'observing';

function waiting(what: string): string {
  return `${observing.padEnd(10)} ${what}`;
}

/** What both ways of showing it have in common. */
class View {
  readonly title: string;
  readonly #plan: Plan;
  readonly #last: LastSecond;
  #startSecond: number | null = null;
  #phase: Phase = 'connecting';
  #second = 0;
  readonly #columns: number;
  readonly #told = new Set<string>();

  constructor(plan: Plan, columns: number) {
    this.#plan = plan;
    this.#columns = columns;
    this.#last = new LastSecond(plan.subBuckets);
    this.title = inert(`${wrap(titleOf(plan), columns).join('\n')}\n`);
  }

  second(snapshot: Snapshot): void {
    this.#phase = snapshot.phase;
    this.#second = snapshot.second;
    this.#last.add(snapshot);
    if (snapshot.phase === 'warmUp' || snapshot.phase === 'measuring') this.#startSecond ??= snapshot.second;
  }

  now(totals: Totals): Stage {
    const elapsedMs = this.#startSecond === null ? 0 : (this.#second + 1 - this.#startSecond) * 1000;
    const now = stage(this.#plan, this.#phase, elapsedMs, totals);
    const parts = [now.detail, ...this.#last.figures(totals, this.#phase)];
    return { ...now, detail: parts.filter((part) => part !== '').join(separator) };
  }

  /** While clients connect: why those of a broker cannot, and what to do, once for each cause. */
  troubles(totals: Totals): string {
    if (this.#phase !== 'connecting' && this.#phase !== 'ready') return '';
    const found = connectTroubles(this.#plan, totals).filter(
      ({ broker, cause }) => !this.#told.has(`${broker} ${cause}`),
    );
    for (const { broker, cause } of found) this.#told.add(`${broker} ${cause}`);
    const lines = found.flatMap(({ text }) => item('!', text, this.#columns));
    return lines.map((line) => `${line}\n`).join('');
  }

  line(totals: Totals): string {
    const { name, detail } = this.now(totals);
    return `${name.padEnd(10)} ${detail}`;
  }
}

function titleOf(plan: Plan): string {
  const clients = plan.groups.reduce((sum, group) => sum + group.clients, 0);
  const brokers = plan.brokers.map(({ name, embedded }) => (embedded ? 'the embedded broker' : name)).join(', ');
  const measured = plan.durationMs === null ? 'until all is sent' : `${formatDuration(plan.durationMs)} measured`;
  const warmUp = plan.warmUpMs > 0 ? `${formatDuration(plan.warmUpMs)} warm-up, ` : '';
  return `${plan.name}: ${clients.toLocaleString('en-US')} client${clients === 1 ? '' : 's'} on ${brokers}, ${warmUp}${measured}`;
}
