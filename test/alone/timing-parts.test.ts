import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type EmbeddedBroker, startBroker } from '../../src/broker/broker.ts';
import { clients } from '../../src/clients/index.ts';
import type { TimeName } from '../../src/metrics/catalog.ts';
import type { Result } from '../../src/verdict/result.ts';
import { Authority, opensslMissing, overWebSocket, tlsListener } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { startProxy } from '../support/proxy.ts';
import { runScenario } from '../support/run-scenario.ts';

const skip = mosquittoMissing() || opensslMissing();
/** Not the same both ways, so that a part that counts one of them twice, or not at all, is off by 40 ms at least. */
const delay = { up: 80, down: 40 };
/** The least of several, one after the other: what this machine is busy with beside it only adds, and all is cold at first. */
const slackMs = 30;
const tripMs = delay.up + delay.down;

describe('the parts of a time, through 80 ms up and 40 ms down', { skip }, () => {
  let authority: Authority;
  let mosquitto: Mosquitto;
  let embedded: EmbeddedBroker;
  const ports = { mqtt: 0, mqtts: 0, ws: 0, wss: 0 };
  before(async () => {
    authority = new Authority();
    const good = authority.sign('localhost', ['DNS:localhost', 'IP:127.0.0.1']);
    for (const scheme of ['mqtts', 'wss'] as const) ports[scheme] = await freePort();
    mosquitto = await startMosquitto({
      listeners: [tlsListener(ports.mqtts, good), tlsListener(ports.wss, good, overWebSocket)],
    });
    ports.mqtt = mosquitto.port;
    embedded = await startBroker({ ws: true });
    ports.ws = Number(new URL(embedded.wsUrl as string).port);
  });
  after(async () => {
    await embedded.stop();
    await mosquitto.stop();
    authority.remove();
  });

  for (const client of Object.keys(clients)) {
    for (const scheme of ['mqtt', 'mqtts', 'ws', 'wss'] as const) {
      test(`${client} over ${scheme}: one way there and back each, and together the whole`, async () => {
        const proxy = await startProxy(ports[scheme], delay);
        // Mosquitto 2.0.11 looks after its WebSockets every 100 ms, once for the handshake below and once for its own.
        const pollMs = scheme === 'wss' ? 200 : 0;
        const secure = scheme === 'mqtts' || scheme === 'wss';
        const tls = secure ? `, tls: { ca: ${authority.ca} }` : '';
        const text = `
brokers: [ { url: "${scheme}://127.0.0.1:${proxy.port}"${tls} } ]
warmUp: 0s
duration: 1s
groups:
  pubs: { clients: 4, connect: { rate: 5/s }, publish: { topic: "p/{index}", qos: 2, rate: 10/s } }
  subs: { subscribe: { topic: "p/+", qos: 2 } }
`;
        const result = await runScenario(text, { client }).finally(() => proxy.stop());
        const parts: TimeName[] = [
          'tcp_time',
          ...(secure ? (['tls_time'] as const) : []),
          ...(scheme.startsWith('ws') ? (['websocket_time'] as const) : []),
          'connack_time',
        ];
        // The proxy accepts at once.
        const { min: tcpMs = 99 } = result.totals.tcp_time ?? {};
        assert.ok(tcpMs < slackMs, `tcp_time min ${tcpMs} ms`);
        for (const part of parts.slice(1)) oneTrip(result, part, pollMs);
        oneTrip(result, 'subscribe_time', pollMs);
        addUp(result, parts, 'connect_service_time', 5);
        for (const leg of ['publish_received_time', 'publish_complete_time'] as const) oneTrip(result, leg, pollMs);
        addUp(result, ['publish_received_time', 'publish_complete_time'], 'publish_service_time', 40);
      });
    }
  }
});

function oneTrip({ totals }: Result, name: TimeName, moreMs: number): void {
  const { min = 0 } = totals[name] ?? {};
  assert.ok(min >= tripMs - 1 && min < tripMs + slackMs + moreMs, `${name} min ${min} ms`);
}

/** The means, as far as histograms can tell them: to 0.05 % of each. */
function addUp({ totals }: Result, parts: readonly TimeName[], whole: TimeName, count: number): void {
  const { mean = 0, count: times } = totals[whole] ?? {};
  assert.equal(times, count, `${whole} of ${times}`);
  for (const part of parts) assert.equal(totals[part]?.count, count, part);
  const sum = parts.reduce((ms, part) => ms + (totals[part]?.mean ?? 0), 0);
  assert.ok(Math.abs(sum - mean) <= 0.001 * mean, `${parts.join(' + ')} = ${sum} ms, ${whole} ${mean} ms`);
}
