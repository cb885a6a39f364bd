import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Authority, opensslMissing, overWebSocket, tlsListener } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { type Ended, startCli } from '../support/spawn-cli.ts';

describe('runs over TLS and WebSocket', { skip: mosquittoMissing() || opensslMissing(), concurrency: 2 }, () => {
  let authority: Authority;
  let mosquitto: Mosquitto;
  let ports: { good: number; web: number; expired: number };
  before(async () => {
    authority = new Authority();
    const good = authority.sign('localhost', ['IP:127.0.0.1']);
    const expired = authority.sign('old', ['IP:127.0.0.1'], -1);
    ports = { good: await freePort(), web: await freePort(), expired: await freePort() };
    mosquitto = await startMosquitto({
      listeners: [
        tlsListener(ports.good, good),
        tlsListener(ports.web, good, overWebSocket),
        tlsListener(ports.expired, expired),
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
  pubs: { clients: 10, connect: { within: 2s }, publish: { topic: "t/{index}", qos: 1, rate: 10/s } }
  subs: { clients: 2, connect: { within: 2s }, subscribe: { topic: "t/+" } }
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

  test('take a certificate from an option, and any where it is not to verify', async () => {
    const plain = `"mqtts://127.0.0.1:${ports.expired}"`;
    const { code, stdout } = await run(plain, '--set', 'brokers.0.tls.verify=false');
    assert.equal(code, 0, stdout);
    const withCa = await run(`"mqtts://127.0.0.1:${ports.good}"`, '--set', `brokers.0.tls.ca=${authority.ca}`);
    assert.equal(withCa.code, 0, withCa.stdout);
  });
});
