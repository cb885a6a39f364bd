import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Result } from '../../src/verdict/result.ts';
import { Authority, opensslMissing, overWebSocket, tlsListener } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { type Ended, startCli } from '../support/spawn-cli.ts';

describe('runs over TLS and WebSocket', { skip: mosquittoMissing() || opensslMissing(), concurrency: 2 }, () => {
  let authority: Authority;
  let mosquitto: Mosquitto;
  let ports: { good: number; web: number; expired: number; asking: number };
  before(async () => {
    authority = new Authority();
    const good = authority.sign('localhost', ['IP:127.0.0.1']);
    const expired = authority.sign('old', ['IP:127.0.0.1'], -1);
    ports = { good: await freePort(), web: await freePort(), expired: await freePort(), asking: await freePort() };
    mosquitto = await startMosquitto({
      listeners: [
        tlsListener(ports.good, good),
        tlsListener(ports.web, good, overWebSocket),
        tlsListener(ports.expired, expired),
        tlsListener(ports.asking, good, `cafile ${authority.ca}`, 'require_certificate true'),
      ],
    });
  });
  after(async () => {
    await mosquitto.stop();
    authority.remove();
  });

  let scenarios = 0;
  /** The scenario lies beside the certificates, so that its paths count from there. */
  function run(broker: string, ...words: string[]): Promise<Ended> {
    const file = join(authority.folder, `scenario-${scenarios++}.yaml`);
    const text = `
brokers: [ ${broker} ]
cluster: true
warmUp: 0s
duration: 1s
groups:
  pubs: { clients: 10, connect: { within: 4s }, publish: { topic: "t/{index}", qos: 1, rate: 10/s } }
  subs: { clients: 2, connect: { within: 4s }, subscribe: { topic: "t/+" } }
`;
    writeFileSync(file, text);
    return startCli(['run', file, '--no-progress', '--allow-invalid', ...words]).ended;
  }

  test('pass over both at once, with the parts of the connection times in the report', async () => {
    const tls = 'tls: { ca: ca.pem }';
    const both = `{ url: "mqtts://127.0.0.1:${ports.good}", ${tls} }, { url: "wss://127.0.0.1:${ports.web}", ${tls} }`;
    const { code, stdout, stderr } = await run(both);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /tcp_time +12 /);
    assert.match(stdout, /tls_time +12 /);
  });

  test('say what is wrong with a certificate, and what to do', async () => {
    const { code, stdout } = await run(`{ url: "mqtts://127.0.0.1:${ports.expired}", tls: { ca: ca.pem } }`);
    assert.equal(code, 3);
    const words = stdout.replaceAll(/\s+/g, ' ');
    assert.match(
      words,
      /mqtts:\/\/127\.0\.0\.1:\d+: certificate_expired, \d+ times?\. Its certificate has expired: renew it on the broker/,
    );
    const unknown = (await run(`"mqtts://127.0.0.1:${ports.good}"`)).stdout.replaceAll(/\s+/g, ' ');
    assert.match(
      unknown,
      /certificate_issuer_unknown.*Nobody that is trusted here has issued its certificate: give its authority with tls: \{ ca: ca\.pem \}/,
    );
  });

  test('say who has not issued it where tls.ca is given, and what --broker drops', async () => {
    const other = new Authority();
    try {
      const url = `mqtts://127.0.0.1:${ports.good}`;
      const tls = `{ url: "${url}", tls: { ca: "${other.ca}" } }`;
      const known = (await run(tls)).stdout.replaceAll(/\s+/g, ' ');
      assert.match(known, /certificate_issuer_unknown, \d+ times?\. Its certificate is not by tls\.ca/);
      const replaced = (await run(tls, '--broker', url)).stdout.replaceAll(/\s+/g, ' ');
      assert.match(replaced, /--broker drops the tls of the scenario: add --set brokers\.0\.tls\.ca=ca\.pem/);
    } finally {
      other.remove();
    }
  });

  for (const client of ['wire', 'mqttjs']) {
    test(`say why a certificate of the clients is refused, without the words of OpenSSL (${client})`, async () => {
      const old = '{ ca: ca.pem, cert: client-old.pem, key: client-old.key }';
      authority.sign('client-old', ['DNS:client'], -1);
      const { stdout } = await run(`{ url: "mqtts://127.0.0.1:${ports.asking}", tls: ${old} }`, '--client', client);
      const words = stdout.replaceAll(/\s+/g, ' ');
      assert.match(words, /could not connect: client_certificate_refused \(certificate expired\)/);
      assert.match(words, /client_certificate_refused, \d+ times?\. .* \(tls\.cert\), which has expired: renew it\./);
      assert.doesNotMatch(stdout, /error:0A|deps\/openssl/);
    });

    test(`ask for another port where ws:// meets TLS, or MQTT without WebSocket (${client})`, async () => {
      for (const port of [ports.web, mosquitto.port]) {
        const { code, stdout } = await run(`"ws://127.0.0.1:${port}"`, '--client', client);
        assert.equal(code, 3);
        assert.match(stdout.replaceAll(/\s+/g, ' '), /try wss:\/\/ if it is a TLS port, or mqtt:\/\/ if it is no/);
      }
    });

    test(`have no delay of their own over wss:// (${client})`, async () => {
      const report = join(authority.folder, `${client}.json`);
      const url = `{ url: "wss://127.0.0.1:${ports.web}", tls: { ca: ca.pem } }`;
      await run(url, '--client', client, '--set', 'groups.pubs.clients=1', '--report', `json=${report}`);
      const { totals } = JSON.parse(readFileSync(report, 'utf8')) as Result;
      // A publish in pieces would wait in Mosquitto for the next one, 100 ms.
      const { p50 = Number.NaN } = totals.publish_service_time ?? {};
      assert.ok(p50 < 10, `${p50} ms`);
    });
  }

  test('take a certificate from an option, and any where it is not to verify', async () => {
    const plain = `"mqtts://127.0.0.1:${ports.expired}"`;
    const { code, stdout } = await run(plain, '--set', 'brokers.0.tls.verify=false');
    assert.equal(code, 0, stdout);
    const withCa = await run(`"mqtts://127.0.0.1:${ports.good}"`, '--set', `brokers.0.tls.ca=${authority.ca}`);
    assert.equal(withCa.code, 0, withCa.stdout);
  });
});
