import type { Result } from '../../../verdict/result.ts';
import { html, type Markup } from '../markup.ts';

/** One section of the page, `base` beside it where there is one; undefined where there is nothing to say. */
export type Section = (result: Result, base: Result | undefined) => Markup | undefined;

export function section(id: string, title: string, ...content: readonly (Markup | false | undefined)[]): Markup {
  return html`<section id="${id}"><h2>${title}</h2>
${content}
</section>
`;
}

/** Sentences with a mark in front; nothing where there are none. */
export function notes(kind: 'plain' | 'warn' | 'bad', sentences: readonly string[]): Markup | undefined {
  if (sentences.length === 0) return undefined;
  return html`<ul class="notes ${kind}">${sentences.map((text) => html`<li>${text}</li>`)}</ul>`;
}

/** A figure, and that of the run it is compared with below it. */
export function beside(now: string, before: string | undefined): Markup {
  return html`${now}${before !== undefined && html`<small class="base">${before === '' ? '–' : before}</small>`}`;
}
