import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneLine, withoutControls } from '../../../src/base/plain-text.ts';

test('what a terminal obeys becomes a sign, and line breaks and tabs stay', () => {
  assert.equal(
    withoutControls('a\u001b[31mb\u0007\u009b1m\u007f\rc\n\td'),
    'a\ufffd[31mb\ufffd\ufffd1m\ufffd\ufffdc\n\td',
  );
});

test('a text of others has one line', () => {
  assert.equal(oneLine('a\r\nb\n\nc\u2028d\te\u0085f\u001b'), 'a b c d e f\ufffd');
  assert.equal(oneLine('Grüße  an\u00a0[::1] 🎉'), 'Grüße  an\u00a0[::1] 🎉');
});
