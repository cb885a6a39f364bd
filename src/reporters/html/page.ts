import type { Result } from '../../verdict/result.ts';
import { verdictWords } from '../headline.ts';
import { type Asset, assets } from './assets.ts';
import { chartData } from './chart-data.ts';
import { html, jsonBlock, type Markup } from './markup.ts';
import { comparison } from './sections/comparison.ts';
import { connections } from './sections/connections.ts';
import { delivery } from './sections/delivery.ts';
import { events } from './sections/events.ts';
import { head } from './sections/head.ts';
import { keyFigures } from './sections/key-figures.ts';
import { latency } from './sections/latency.ts';
import { observed } from './sections/observed.ts';
import { brokers, groups } from './sections/parts.ts';
import { recovery } from './sections/recovery.ts';
import { repeat } from './sections/repeat.ts';
import { seconds } from './sections/seconds.ts';
import { notes, type Section, section } from './sections/section.ts';
import { takeovers } from './sections/takeovers.ts';
import { thresholds } from './sections/thresholds.ts';
import { throughput } from './sections/throughput.ts';
import { trust } from './sections/trust.ts';

const beside: Section = (result, base) =>
  html`<div class="pair">${throughput(result, base)}${connections(result, base)}</div>
`;

const measuredSections: readonly Section[] = [
  latency,
  beside,
  delivery,
  recovery,
  takeovers,
  groups,
  brokers,
  observed,
  seconds,
];
const unmeasuredSections: readonly Section[] = [connections, brokers, observed];

/**
 * The run as one page that needs nothing beside itself: it loads nothing, and reads without its script. `base`: a run that is
 * laid under it.
 */
export function htmlReport(result: Result, base?: Result): string {
  const { script, style } = assets();
  const measured = result.run.measuredMs > 0;
  const later = measured ? measuredSections : unmeasuredSections;
  const title = `${verdictWords[result.verdict]}: ${result.run.name}`;
  return html`${doctype}<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script, style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="mqtt-stress ${result.run.versions.tool}">
<title>${title}</title>
${style.block}
</head>
<body>
<main>
<p class="top"><span>mqtt-stress report</span><span id="theme"></span></p>
${head(result, base)}
${measured && keyFigures(result, base)}
${thresholds(result, base)}
${comparison(result, base)}
${warnings(result)}
${(measured || result.trust.verdict !== 'trustworthy') && trust(result, base)}
${charts}
${events(result, base)}
${later.map((tell) => tell(result, base))}
${repeat(result, base)}
</main>
${jsonBlock('data', chartData(result, base))}
${script.block}
</body>
</html>
`.text;
}

const doctype = html`<!doctype html>
`;

const charts: Markup = html`<section id="over-time" hidden><h2>Charts</h2>
<p class="lead" id="tools"><span>Shaded: warm-up, drain, and outages in red. <i class="hint">Drag to zoom, double-click to see all.</i></span></p>
<p class="lead" id="step"></p>
<div id="charts"></div>
</section>
`;

/** Nothing is loaded, and only the two blocks of this page are let in; data blocks are not executed. */
function policy(script: Asset, style: Asset): string {
  return [
    "default-src 'none'",
    `script-src ${script.hash}`,
    `style-src ${style.hash}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function warnings({ warnings: told }: Result): Markup | undefined {
  return told.length === 0 ? undefined : section('warnings', 'Warnings', notes('warn', told));
}
