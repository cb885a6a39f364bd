import assert from 'node:assert/strict';
import { it } from 'node:test';
import { whyNotListening } from '../../../src/broker/why-not-listening.ts';

it('a broker that may not listen is told in plain words, with the way out', () => {
  assert.deepEqual(whyNotListening('EACCES', '127.0.0.1', 80), {
    reason: 'no permission to listen on port 80 of 127.0.0.1',
    hint: 'take a port above 1023: those below are for root',
  });
  assert.match(whyNotListening('EADDRINUSE', '::1', 1883)?.reason ?? '', /^port 1883 of ::1 is in use$/);
  assert.match(whyNotListening('ENOTFOUND', 'nowhere', 1)?.reason ?? '', /^nowhere is no address/);
  assert.equal(whyNotListening('EWHATEVER', '::1', 1), undefined);
});
