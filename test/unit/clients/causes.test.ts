import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  causeOfError,
  connackName,
  detailOf,
  disconnectName,
  reasonName,
  reasonText,
} from '../../../src/clients/causes.ts';

const errno = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

test("the system's error codes become causes", () => {
  assert.equal(causeOfError(errno('ECONNREFUSED')), 'connection_refused');
  assert.equal(causeOfError(errno('EPIPE')), 'connection_reset');
  assert.equal(causeOfError(errno('EADDRNOTAVAIL')), 'out_of_ports');
  assert.equal(causeOfError(errno('ENFILE')), 'too_many_files');
  const bind = Object.assign(new Error('bind EINVAL ::1'), { code: 'EINVAL' });
  assert.equal(causeOfError(bind), 'local_address_of_other_family');
});

test('an unknown error is a socket error', () => {
  assert.equal(causeOfError(errno('EOWNERDEAD')), 'socket_error');
  assert.equal(causeOfError(new Error('without a code')), 'socket_error');
  assert.equal(causeOfError(errno('toString')), 'socket_error');
});

test("an error without a code of the system may be the client's to name", () => {
  const numbered = Object.assign(new Error('Connection refused: Not authorized'), { code: 135 });
  assert.equal(causeOfError(numbered, 'broker_protocol_error'), 'broker_protocol_error');
  assert.equal(causeOfError(new Error('Invalid header flag bits'), 'broker_protocol_error'), 'broker_protocol_error');
  assert.equal(causeOfError(errno('EOWNERDEAD'), 'broker_protocol_error'), 'socket_error');
  for (const said of ['Unexpected server response: 404', 'Server sent an invalid subprotocol'])
    assert.equal(causeOfError(new Error(said), 'broker_protocol_error'), 'websocket_refused');
});

test('what OpenSSL says of a handshake is the cause, in the code or in the message', () => {
  const proto = (said: string) =>
    Object.assign(
      new Error(
        `write EPROTO C0B6EF11:error:0A00010B:SSL routines:ssl3_get_record:${said}:../deps/openssl/openssl/ssl/record/ssl3_record.c:355:\n`,
      ),
      { code: 'EPROTO' },
    );
  assert.equal(causeOfError(errno('ERR_SSL_WRONG_VERSION_NUMBER')), 'not_tls');
  assert.equal(causeOfError(proto('wrong version number')), 'not_tls');
  assert.equal(causeOfError(proto('packet length too long')), 'not_tls');
  assert.equal(causeOfError(proto('tlsv13 alert certificate required')), 'client_certificate_required');
  assert.equal(causeOfError(proto('sslv3 alert handshake failure')), 'tls_handshake_failed');
  assert.equal(causeOfError(errno('EPROTO')), 'tls_handshake_failed');
});

test('the error of several addresses has the cause of its first', () => {
  assert.equal(causeOfError(new AggregateError([errno('ECONNREFUSED'), errno('ENETUNREACH')])), 'connection_refused');
});

test('reason codes have the names of the specification', () => {
  assert.equal(reasonName(0x8e), 'session_taken_over');
  assert.equal(reasonName(0x97), 'quota_exceeded');
  assert.equal(reasonName(0xa2), 'wildcard_subscriptions_not_supported');
});

test('a code without a name keeps its number', () => {
  assert.equal(reasonName(0xff), 'reason_0xff');
  assert.equal(reasonName(3), 'reason_0x03');
  assert.equal(connackName('3.1.1', 0x87), 'reason_0x87');
});

test('a refusal of MQTT 3 keeps its name when a broker answers MQTT 5 with it', () => {
  assert.equal(connackName('3.1.1', 5), 'not_authorized');
  assert.equal(connackName('5', 0x87), 'not_authorized');
  assert.equal(connackName('5', 1), 'unacceptable_protocol_version');
});

test('DISCONNECT without a reason is a closed connection', () => {
  assert.equal(disconnectName(0), 'connection_closed');
  assert.equal(disconnectName(0x8b), 'server_shutting_down');
});

test('what an error says is one line, and of OpenSSL only its meaning', () => {
  const openssl = (said: string) =>
    new Error(
      `C0B6EF11:error:0A000415:SSL routines:ssl3_read_bytes:${said}:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1605:SSL alert number 45\n`,
    );
  assert.equal(detailOf(openssl('sslv3 alert certificate expired')), 'certificate expired');
  assert.equal(detailOf(openssl('tlsv13 alert certificate required')), 'certificate required');
  assert.equal(detailOf(openssl('wrong version number')), 'wrong version number');
  assert.equal(detailOf(new Error('write EPIPE\n')), 'write EPIPE');
  assert.equal(
    detailOf(new AggregateError([new Error('connect ECONNREFUSED ::1:1')], '')),
    'connect ECONNREFUSED ::1:1',
  );
  assert.equal(detailOf(new Error('')), undefined);
  assert.equal(detailOf(null), undefined);
});

test('what a server says is one line that no terminal obeys', () => {
  const reasonString = '\u001b[31mred\n::error::no  more\u0007 ';
  assert.equal(reasonText({ reasonString }), '\ufffd[31mred ::error::no more\ufffd');
  assert.equal(detailOf(new Error(reasonString)), reasonText({ reasonString }));
  assert.deepEqual(
    [reasonText({ reasonString: '' }), reasonText({}), reasonText(undefined)],
    [undefined, undefined, undefined],
  );
});
