import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Markup } from './markup.ts';

/** A block that the page inlines, and the only one of its kind that its policy allows. */
export type Asset = { readonly block: Markup; readonly hash: string };

/** Joined by build/report-page.ts: uPlot and the page's own. */
export function assets(): { readonly script: Asset; readonly style: Asset } {
  return { script: asset('script', 'script.js'), style: asset('style', 'style.css') };
}

function asset(tag: 'script' | 'style', file: string): Asset {
  const text = readFileSync(new URL(`./assets/${file}`, import.meta.url), 'utf8');
  const digest = createHash('sha256').update(text).digest('base64');
  return { block: new Markup(`<${tag}>${text}</${tag}>`), hash: `'sha256-${digest}'` };
}
