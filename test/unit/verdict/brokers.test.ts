import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BrokerPlan, Plan } from '../../../src/plan/plan.ts';
import { settle } from '../../../src/verdict/delivery.ts';
import { connectHint } from '../../../src/verdict/hints.ts';
import type { CellContents } from '../../support/hand-made.ts';
import { judged, ordinaryRun, plan, snapshot, threshold, told } from '../../support/hand-made.ts';

const broker = (name: string, port: number): BrokerPlan => ({
  name,
  target: { url: `mqtt://127.0.0.1:${port}` },
  weight: 1,
  embedded: false,
});
const two = (cluster = false) => plan({ cluster, brokers: [broker('north', 1), broker('south', 2)] });

/** 5 of the 10 clients of the group are on each broker. */
const connects: readonly CellContents[] = ['north', 'south'].map((name) => ({
  labels: { broker: name },
  counts: { connects: 5 },
}));
const owed = (name: string, expected: number, made: number): CellContents => ({
  labels: { broker: name, qos: 1 },
  counts: { deliveries_expected: expected, deliveries_made: made },
});

describe('a loss on one of several brokers', () => {
  const dropped = { labels: { broker: 'south' }, counts: { disconnects: 1, publishes_due: 1 } };
  const losses = (cluster: boolean) => {
    const of = two(cluster);
    const { totals, series } = told(
      of,
      ordinaryRun([...connects, owed('north', 100, 97), owed('south', 10, 7), dropped]),
    );
    const { lost } = settle(of, totals, series);
    return [lost({ broker: 'north' }).by, lost({ broker: 'south' }).by];
  };

  it('is not excused by what happened on another', () => {
    assert.deepEqual(losses(false), [{ acked_not_delivered: 3 }, { unknown: 3 }]);
  });

  it('is excused by a publisher of another, where they share messages', () => {
    assert.deepEqual(losses(true), [{ unknown: 3 }, { unknown: 3 }]);
  });
});

describe('brokers that shall share messages', () => {
  it('are doubted where much is lost, with what came where', () => {
    const { reasons, warnings } = judged(
      two(true),
      ordinaryRun([...connects, owed('north', 100, 50), owed('south', 90, 40)]),
    );
    const doubt = /^cluster: true .* group g got 50 of 100 on north, 40 of 90 on south: are they joined/;
    assert.match(reasons.join('\n') || warnings.join('\n'), doubt);
  });

  it('are not doubted in the place of a queue limit, where each is on its own', () => {
    const promise = threshold('delivery_violations', 'count', '==', 0, { implicit: true });
    const crossed = { labels: { broker: 'south', qos: 1 as const }, counts: { messages_unjudged: 5 } };
    const { reasons, warnings } = judged(
      { ...two(), thresholds: [promise] },
      ordinaryRun([...connects, owed('north', 100, 97), crossed]),
    );
    assert.match(reasons.join(), /a queue limit of the broker/);
    assert.match(warnings.join(), /if the brokers share messages, say cluster: true/);
  });

  it('are not doubted for a few messages', () => {
    const result = judged(two(true), ordinaryRun([...connects, owed('north', 100, 99)]));
    assert.doesNotMatch(JSON.stringify([result.reasons, result.warnings]), /joined/);
  });
});

describe('why clients are not connected', () => {
  const refused = {
    labels: { broker: 'south' },
    counts: { connect_errors: 7 },
    causes: { connect_errors: { connection_refused: 6, connect_timeout: 1 } },
  };

  it('is told of the broker that they did not reach', () => {
    const { reasons } = judged(two(), [
      snapshot('connecting', 99, { at: [{ labels: { broker: 'north' }, counts: { connects: 5 } }, refused] }),
      snapshot('warmUp', 100),
      snapshot('ended', 101),
    ]);
    const [trouble, ...more] = reasons.filter((reason) => reason.startsWith('Broker'));
    assert.match(
      trouble ?? '',
      /^Broker south \(mqtt:\/\/127\.0\.0\.1:2\): connection_refused, 6 times\. Nothing listens/,
    );
    assert.deepEqual(more, []);
  });

  it('is no trouble of a broker that all its clients reached in the end', () => {
    const late = { ...refused, counts: { ...refused.counts, connects: 5 } };
    const { reasons } = judged(two(), [
      snapshot('connecting', 99, { at: [{ labels: { broker: 'north' }, counts: { connects: 4 } }, late] }),
      snapshot('ended', 101),
    ]);
    assert.doesNotMatch(reasons.join('\n'), /Broker south/);
  });

  it('may be TLS where a plain connection is ended at once and nobody was let in', () => {
    assert.match(
      connectHint('connection_reset', 'mqtt://h:8883', { reached: false }) ?? '',
      /looks like a TLS port, so use mqtts:/,
    );
    assert.match(connectHint('connection_reset', 'mqtt://h:8883', { reached: true }) ?? '', /a limit of connections/);
    assert.match(
      connectHint('connection_reset', 'mqtts://h:1883', { reached: false }) ?? '',
      /is it a TLS port\? A plain one is mqtt:/,
    );
  });

  it('may be another port where a WebSocket handshake is ended at once', () => {
    assert.match(
      connectHint('connection_reset', 'ws://h:8883/mqtt', { reached: false }) ?? '',
      /try wss:\/\/ if it is a TLS port, or mqtt:\/\/ if it is no WebSocket listener/,
    );
  });

  it('is said of what is known: a ca that is given, a certificate that has expired, --broker, and tls that it dropped', () => {
    const broker = (tls: object | undefined) => ({
      name: 'b',
      target: { url: 'mqtts://h:8883', ...(tls && { tls: { verify: true, ...tls } }) },
      weight: 1,
      embedded: false,
    });
    const reason = (cause: string, tls: object | undefined, changes: Partial<Plan> = {}) =>
      judged(plan({ brokers: [broker(tls)], ...changes }), [
        snapshot('connecting', 99, {
          at: [{ counts: { connect_errors: 4 }, causes: { connect_errors: { [cause]: 4 } } }],
        }),
        snapshot('ended', 130),
      ]).reasons.at(-1) ?? '';
    assert.match(reason('certificate_issuer_unknown', { ca: 'x' }), /Its certificate is not by tls\.ca/);
    assert.match(
      reason('certificate_issuer_unknown', undefined),
      /give its authority with tls: \{ ca: ca\.pem \}[^-]*$/,
    );
    const run = { ...plan().run, commandLine: 'mqtt-stress run s --broker mqtts://h', scenarioText: 'tls: { ca: x }' };
    assert.match(
      reason('certificate_issuer_unknown', undefined, { run }),
      /--broker drops the tls of the scenario: add --set brokers\.0\.tls\.ca=ca\.pem/,
    );
    const bundled = { run: { ...run, scenarioText: 'groups:' } };
    assert.match(
      reason('certificate_issuer_unknown', undefined, bundled),
      /tls: \{ verify: false \}\. With --broker, add --set brokers\.0\.tls\.ca=ca\.pem/,
    );
    assert.match(
      reason('client_certificate_required', { ca: 'x' }, bundled),
      /With --broker, add --set brokers\.0\.tls\.cert=/,
    );
    const second = { ...bundled, brokers: [{ ...broker(undefined), name: 'a' }, broker(undefined)] };
    assert.match(reason('certificate_issuer_unknown', undefined, second), /--set brokers\.1\.tls\.ca=/);
    const warnings = ['b: the certificate of the clients (tls.cert) expired on Jan 1'];
    assert.match(reason('client_certificate_refused', {}, { warnings }), /which has expired: renew it\.$/);
    assert.match(reason('client_certificate_refused', {}), /has it expired, or/);
    assert.match(reason('qos_not_supported', {}), /of a publish or a will: lower qos/);
  });
});
