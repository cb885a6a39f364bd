import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreignCause } from '../../../src/clients/foreign.ts';

const of = (...bytes: number[]) => foreignCause(Uint8Array.from(bytes), bytes.length);
const ofText = (text: string) => of(...Buffer.from(text));

test('a TLS alert, a web server and an SSH server are told apart by their first bytes', () => {
  assert.equal(of(0x15, 3, 1, 0, 2, 2, 70), 'tls_expected');
  assert.equal(ofText('HTTP/1.1 400 Bad Request\r\n'), 'http_server');
  assert.equal(ofText('SSH-2.0-OpenSSH_9.2p1\r\n'), 'ssh_server');
});

test('a CONNACK, and what is too short to tell, may be of a broker', () => {
  assert.equal(of(0x20, 2, 0, 0), null);
  assert.equal(of(0x15), null);
  assert.equal(ofText('HTT'), null);
  assert.equal(of(), null);
});

test('what a shared buffer held before is not looked at', () => {
  assert.equal(foreignCause(Buffer.from('HTTP/1.1'), 3), null);
});
