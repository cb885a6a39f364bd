import { after, before, describe, test } from 'node:test';
import { startBroker } from '../../src/broker/broker.ts';
import type { OpenClient } from '../../src/clients/client.ts';
import { clients } from '../../src/clients/index.ts';
import type { Protocol } from '../../src/mqtt/packets.ts';
import { burst, deliver, reconnect } from '../support/conversations.ts';
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';

interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

interface BrokerUnderTest {
  readonly name: string;
  readonly protocols: readonly Protocol[];
  readonly missing: string | false;
  start(): Promise<Running>;
}

const brokers: readonly BrokerUnderTest[] = [
  { name: 'the embedded broker', protocols: ['3.1', '3.1.1'], missing: false, start: () => startBroker() },
  { name: 'Mosquitto', protocols: ['3.1', '3.1.1', '5'], missing: mosquittoMissing(), start: () => startMosquitto() },
];

for (const broker of brokers) {
  for (const [name, load] of Object.entries(clients)) {
    describe(`${name} against ${broker.name}`, { skip: broker.missing }, () => {
      let open: OpenClient;
      let running: Running;
      before(async () => {
        open = await load(['mqtt']);
        running = await broker.start();
      });
      after(() => running.stop());
      for (const protocol of broker.protocols) {
        for (const qos of [0, 1, 2] as const) {
          test(`delivers what it publishes, MQTT ${protocol}, QoS ${qos}`, () =>
            deliver({ open, url: running.url, session: { protocol } }, qos));
          test(`takes a burst through its window, MQTT ${protocol}, QoS ${qos}`, () =>
            burst({ open, url: running.url, session: { protocol } }, qos));
        }
        test(`ends a connection once and makes another, MQTT ${protocol}`, () =>
          reconnect({ open, url: running.url, session: { protocol } }));
      }
    });
  }
}
