/** Puts what the HTML report inlines, uPlot and the page's own script and style, where the reporter finds it; run after tsc. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Compiled to dist/build.
const root = fileURLToPath(new URL('../../', import.meta.url));
const source = join(root, 'src/reporters/html/browser');
const compiled = join(root, 'dist/browser/src/reporters/html/browser');
const target = join(root, 'dist/src/reporters/html/assets');
const uPlot = dirname(dirname(createRequire(import.meta.url).resolve('uplot')));

const read = (...path: readonly string[]) => readFileSync(join(...path), 'utf8').replaceAll('\r\n', '\n');

/** A module and what it imports, each once and before those who import it. */
function inOrder(file: string, known = new Set<string>()): string[] {
  if (known.has(file)) return [];
  known.add(file);
  const text = read(compiled, file);
  const imports = [...text.matchAll(/^import .* from '\.\/([^']+)';$/gm)].map(([, name = '']) => name);
  return [...imports.flatMap((name) => inOrder(name, known)), text];
}

/** One script of them: a page that is opened as a file cannot import modules, and its policy allows one block. */
function joined(): string {
  const modules = inOrder('main.js').map((text) =>
    text
      .replaceAll(/^import .*$/gm, '')
      .replaceAll(/^export \{.*$/gm, '')
      .replaceAll(/^export /gm, ''),
  );
  return `(() => {\n'use strict';\n${modules.join('\n')}})();`;
}

const licence = `/*!\nuPlot\n${read(uPlot, 'LICENSE').trim()}\n*/`;
const script = [licence, read(uPlot, 'dist/uPlot.iife.min.js').trim(), joined()].join('\n');
// Either would end the block in which it stands.
if (/<\/script|<!--/i.test(script)) throw new Error('the script of the HTML report cannot stand in a script element');

mkdirSync(target, { recursive: true });
writeFileSync(join(target, 'script.js'), script);
writeFileSync(join(target, 'style.css'), `${read(uPlot, 'dist/uPlot.min.css').trim()}\n${read(source, 'style.css')}`);
