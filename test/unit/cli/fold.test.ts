import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fold } from '../../../src/cli/fold.ts';

const problem = [
  'some/scenario.yaml:3:14: clients must be a whole number of at least 1, but is "ten thousand of them"',
  '    3 |     clients: "ten thousand of them" # as many as there are sensors in the field today',
  '      |              ^^^^^^^^^^^^^^^^^^^^^^',
  '      did you mean 10000? A number has no commas and no words, and what you give here must be a whole number',
  '      of at least one',
].join('\n');

describe('text on a terminal', () => {
  for (const columns of [80, 60, 40]) {
    it(`of ${columns} columns is broken between words only`, () => {
      const lines = fold(problem, columns).split('\n');
      for (const line of lines) assert.ok(line.length <= columns, line);
      const words = (text: string) => text.replaceAll(/\s+/g, ' ');
      const said = lines.filter((line) => !line.includes(' | '));
      assert.ok(words(said.join(' ')).includes('but is "ten thousand of them" did you mean 10000?'));
      assert.ok(words(said.join(' ')).includes('whole number of at least one'));
    });

    it(`of ${columns} columns has the caret below what it points at`, () => {
      const lines = fold(problem, columns).split('\n');
      const at = lines.findIndex((line) => /^ +\| +\^+$/.test(line));
      const caret = lines[at]?.indexOf('^') ?? -1;
      assert.equal(lines[at - 1]?.slice(caret, caret + 4), '"ten');
    });
  }

  it('finds a caret that stands far to the right', () => {
    const long = `    1 | ${'x'.repeat(100)} wrong here\n      | ${' '.repeat(101)}^^^^^`;
    const [source = '', caret = ''] = fold(long, 40).split('\n');
    assert.equal(source.slice(caret.indexOf('^'), caret.indexOf('^') + 5), 'wrong');
    assert.match(source, /^ {4}1 \| …/);
  });

  it('is left alone where it fits, or where there is no terminal', () => {
    assert.equal(fold(problem, undefined), problem);
    assert.equal(fold('short\n\n  also short\n', 40), 'short\n\n  also short\n');
  });
});
