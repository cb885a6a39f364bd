import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { nowUs } from '../../src/base/clock.ts';
import type { OpenClient, Session } from '../../src/clients/client.ts';
import { clients } from '../../src/clients/index.ts';
import { transports } from '../../src/transports/index.ts';
import type { TlsOptions } from '../../src/transports/transport.ts';
import { Authority, opensslMissing, overWebSocket, tlsListener } from '../support/certificates.ts';
import { burst, deliver, reconnect } from '../support/conversations.ts';
import { startHttp } from '../support/foreign-servers.ts';
import { freePort } from '../support/free-port.ts';
import { RecordingListener } from '../support/listener.ts';
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { sessionTo } from '../support/session.ts';

const skip = mosquittoMissing() || opensslMissing();
const schemes = Object.keys(transports) as (keyof typeof transports)[];

describe('transports against Mosquitto', { skip }, () => {
  let authority: Authority;
  let mosquitto: Mosquitto;
  const ports: Record<string, number> = {};
  before(async () => {
    authority = new Authority();
    const good = authority.sign('localhost', ['DNS:localhost', 'IP:127.0.0.1']);
    const expired = authority.sign('expired', ['IP:127.0.0.1'], -1);
    const other = authority.sign('other', ['DNS:other.example']);
    for (const name of ['tls', 'ws', 'wss', 'expired', 'other', 'asking']) ports[name] = await freePort();
    const port = (name: string) => ports[name] as number;
    mosquitto = await startMosquitto({
      listeners: [
        tlsListener(port('tls'), good),
        [`listener ${port('ws')} 127.0.0.1`, overWebSocket],
        tlsListener(port('wss'), good, overWebSocket),
        tlsListener(port('expired'), expired),
        tlsListener(port('other'), other),
        tlsListener(port('asking'), good, `cafile ${authority.ca}`, 'require_certificate true'),
      ],
    });
    const plain = mosquitto.port;
    Object.assign(ports, { mqtt: plain, tcp: plain, mqtts: ports['tls'], ssl: ports['tls'] });
  });
  after(async () => {
    await mosquitto.stop();
    authority.remove();
  });

  const urlOf = (scheme: string, port = scheme) =>
    `${scheme}://127.0.0.1:${ports[port]}${scheme.startsWith('ws') ? '/mqtt' : ''}`;
  const isSecure = (scheme: string) => !['mqtt', 'tcp', 'ws'].includes(scheme);
  const contents = (path: string) => readFileSync(path, 'utf8');
  const trusting = (): TlsOptions => ({ ca: contents(authority.ca), verify: true });
  const target = (url: string, tls?: TlsOptions): Partial<Session> => ({ target: { url, ...(tls && { tls }) } });

  for (const [name, load] of Object.entries(clients)) {
    describe(name, () => {
      let open: OpenClient;
      before(async () => {
        open = await load(schemes);
      });

      for (const scheme of schemes) {
        const line = (protocol: Session['protocol']) => {
          const url = urlOf(scheme);
          return { open, url, session: { protocol, ...target(url, isSecure(scheme) ? trusting() : undefined) } };
        };
        for (const qos of [0, 1, 2] as const) {
          test(`${scheme}:// delivers what it publishes, QoS ${qos}`, () =>
            deliver(line(qos === 1 ? '5' : '3.1.1'), qos));
        }
        test(`${scheme}:// takes a burst through its window`, async () => {
          await burst(line('3.1.1'), 0);
          await burst(line('5'), 1);
        });
        test(`${scheme}:// ends a connection once and makes another`, () => reconnect(line('3.1.1')));
        test(`${scheme}:// tells when the host accepted, and when the handshakes of TLS and WebSocket were done`, async () => {
          const told = new RecordingListener();
          const { url, session } = line('3.1.1');
          const client = open(sessionTo(url, session), told);
          client.connect();
          await told.untilConnected();
          const { openedUs = 0, tcpUs = 0, tlsUs = 0, webSocketUs = 0 } = told.connects[0] ?? {};
          assert.ok(openedUs < tcpUs, `${openedUs} < ${tcpUs}`);
          if (isSecure(scheme)) assert.ok(tcpUs < tlsUs, `${tcpUs} < ${tlsUs}`);
          else assert.ok(tlsUs === 0);
          if (scheme.startsWith('ws')) assert.ok(Math.max(tcpUs, tlsUs) < webSocketUs && webSocketUs < nowUs());
          else assert.ok(webSocketUs === 0);
          client.disconnect();
          await told.untilClosed();
        });
      }

      const refused = async (url: string, tls?: TlsOptions): Promise<string | undefined> => {
        const told = new RecordingListener();
        const client = open(sessionTo(url, target(url, tls)), told);
        client.connect();
        await told.until(() => told.closes.length + told.connects.length > 0, 'an answer');
        client.destroy();
        return told.closes[0]?.cause;
      };

      for (const scheme of ['mqtts', 'wss']) {
        const at = (port: string) => urlOf(scheme, scheme === 'wss' && port === 'tls' ? 'wss' : port);
        test(`${scheme}:// says what is wrong with a certificate`, async () => {
          assert.equal(await refused(at('expired'), trusting()), 'certificate_expired');
          assert.equal(await refused(at('other'), trusting()), 'certificate_name_mismatch');
          assert.equal(await refused(at('tls'), { verify: true }), 'certificate_issuer_unknown');
          assert.equal(
            await refused(at('tls'), { ca: contents(authority.ca), verify: true, servername: 'else.example' }),
            'certificate_name_mismatch',
          );
        });
      }

      test('takes any certificate where it is not to verify, and the name that it is told', async () => {
        for (const [port, tls] of [
          ['expired', { verify: false }],
          ['other', { ...trusting(), servername: 'other.example' }],
        ] as const) {
          const url = urlOf('mqtts', port);
          await reconnect({ open, url, session: target(url, tls) });
        }
      });

      test('brings a certificate of its own where the broker asks for one', async () => {
        const { cert, key } = authority.sign(`client-${name}`, ['DNS:client']);
        const tls = { ...trusting(), cert: contents(cert), key: contents(key) };
        const url = urlOf('mqtts', 'asking');
        await reconnect({ open, url, session: target(url, tls) });
        assert.equal(await refused(url, trusting()), 'client_certificate_required');
        const old = authority.sign(`old-${name}`, ['DNS:old'], -1);
        const expired = { ...trusting(), cert: contents(old.cert), key: contents(old.key) };
        assert.equal(await refused(url, expired), 'client_certificate_refused');
      });

      test('tells a plain port from a TLS one, and what is no WebSocket', async () => {
        const plain = await refused(urlOf('mqtts', 'mqtt'), trusting());
        assert.ok(plain === 'tls_handshake_failed' || plain === 'connection_reset', plain);
        assert.ok(['websocket_refused', 'connection_reset'].includes((await refused(urlOf('ws', 'mqtt'))) ?? ''));
      });

      test('tells what answers without TLS, and an HTTP server that refuses the handshake of a WebSocket', async () => {
        const server = await startHttp();
        const over = (scheme: string) => server.url.replace('mqtt:', `${scheme}:`);
        assert.equal(await refused(over('mqtts'), trusting()), 'not_tls');
        assert.equal(await refused(over('wss'), trusting()), 'not_tls');
        assert.equal(await refused(over('ws')), 'websocket_refused');
        await server.stop();
      });
    });
  }
});
