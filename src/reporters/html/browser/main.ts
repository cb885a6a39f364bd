import type { PageData } from '../page-data.ts';
import { Chart } from './chart.ts';
import { drawings } from './drawings.ts';
import { happenings } from './happenings.ts';
import { element, part } from './page.ts';
import { clock } from './words.ts';

const data = JSON.parse(part('data').textContent ?? '') as PageData;
const place = part('charts');
const printWidth = 640;

let group = '';
let charts: Chart[] = [];

function show(): void {
  for (const chart of charts) chart.remove();
  charts = drawings(data, group, () => [happenings(data)]).map((drawing) => new Chart(drawing));
  place.replaceChildren(...charts.map(({ figure }) => figure));
  for (const chart of charts) chart.draw();
  const step = data.run.parts.find((part) => part.group === group)?.step ?? 1;
  part('step').textContent =
    step === 1
      ? ''
      : `A point stands for ${clock(step)}: counts are told a second, of times and most gauges the highest is shown, of connected clients the fewest.`;
}

function offerGroups(): void {
  const names = data.run.parts.map((each) => each.group);
  if (names.length < 2) return;
  const select = element('select', { id: 'group' });
  select.append(...names.map((name) => element('option', { value: name }, name === '' ? 'all groups' : name)));
  select.addEventListener('change', () => {
    group = select.value;
    show();
  });
  part('tools').prepend(element('label', { for: 'group' }, 'Charts of '), select);
}

/** By the system, until somebody chooses. */
function offerThemes(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (document.documentElement.dataset['theme'] ?? (dark.matches ? 'dark' : 'light')) === 'dark';
  const button = element('button', { type: 'button', class: 'quiet' });
  const label = () => {
    button.textContent = isDark() ? '☀ light' : '☾ dark';
  };
  label();
  button.addEventListener('click', () => {
    document.documentElement.dataset['theme'] = isDark() ? 'light' : 'dark';
    label();
    redraw();
  });
  dark.addEventListener('change', () => {
    label();
    redraw();
  });
  part('theme').append(button);
}

function redraw(width?: number): void {
  for (const chart of charts) chart.draw(width);
}

if (data.run.parts.some(({ t }) => t.length > 0)) {
  part('over-time').hidden = false;
  offerGroups();
  show();
  // Paper is white, and narrower than a screen.
  const print = matchMedia('print');
  new ResizeObserver(() => {
    if (!print.matches) for (const chart of charts) chart.resize();
  }).observe(place);
  print.addEventListener('change', () => redraw(print.matches ? printWidth : undefined));
}
offerThemes();
