import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputOf } from '../../../src/cli/terminal.ts';

const stream = (isTTY: boolean) => ({ isTTY, columns: 60 }) as NodeJS.WriteStream;

test('a terminal gets colours and a bar as wide as it is', () => {
  const { colour, interactive, columns } = outputOf(stream(true), {});
  assert.deepEqual({ colour, interactive, columns }, { colour: true, interactive: true, columns: 60 });
});

test('NO_COLOR leaves the bar and takes the colours; an empty one is none', () => {
  assert.deepEqual(
    [outputOf(stream(true), { NO_COLOR: '1' }).colour, outputOf(stream(true), { NO_COLOR: '1' }).interactive],
    [false, true],
  );
  assert.equal(outputOf(stream(true), { NO_COLOR: '' }).colour, true);
});

test('a pipe and a dumb terminal get plain lines', () => {
  for (const output of [outputOf(stream(false), {}), outputOf(stream(true), { TERM: 'dumb' })])
    assert.deepEqual([output.colour, output.interactive], [false, false]);
});
