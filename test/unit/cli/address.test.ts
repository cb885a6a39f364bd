import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAddress } from '../../../src/cli/reports/address.ts';

describe('an address that reports are read at', () => {
  const addresses = {
    ':9100': { host: '127.0.0.1', port: 9100 },
    '0.0.0.0:0': { host: '0.0.0.0', port: 0 },
    'localhost:80': { host: 'localhost', port: 80 },
    '[::1]:9100': { host: '::1', port: 9100 },
  };
  for (const [text, address] of Object.entries(addresses)) {
    it(`may be ${text}`, () => assert.deepEqual(parseAddress(text), address));
  }

  for (const text of ['out.prom', './:9100', 'a/b:80', ':', ':99999', ':9100x', '9100', 'C:\\x', ':9100/']) {
    it(`is not ${text}`, () => assert.equal(parseAddress(text), undefined));
  }
});
