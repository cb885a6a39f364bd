import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { sys } from '../../src/observers/sys.ts';
import { startSysBroker } from '../support/sys-broker.ts';
import { waitFor } from '../support/wait-for.ts';

const never = new AbortController().signal;

async function observed(t: TestContext, retained: Readonly<Record<string, string>>) {
  const broker = await startSysBroker();
  t.after(() => broker.stop());
  for (const [topic, payload] of Object.entries(retained)) broker.tell(topic, payload, true);
  const observer = sys.open({ name: 'b', target: { url: broker.url } }, '$SYS', { tag: 'abc1234', protocol: '3.1.1' });
  // A test that fails must not leave it running.
  t.after(() => observer.end(AbortSignal.abort()));
  /** Rounds, again and again, until the promise is fulfilled. */
  const during = async <T>(promise: Promise<T>, round: () => void): Promise<T> => {
    let done = false;
    void promise.then(() => {
      done = true;
    });
    let at = 0;
    await waitFor(() => {
      if (performance.now() - at > 500) {
        at = performance.now();
        round();
      }
      return done;
    }, 'the observer');
    return promise;
  };
  return { broker, observer, during };
}

test('an observer reads what EMQX says of itself, of all its nodes', async (t) => {
  const { broker, observer, during } = await observed(t, { '$SYS/brokers/emqx@a/version': '5.8.0' });
  let [received, sent] = [100, 1000];
  let told = 0;
  const round = () => {
    // Statistics, then counts, none of them retained; those of messages sent hold what the observer got before.
    for (const [topic, payload] of [
      ['stats/connections/count', '8'],
      ['metrics/packets/publish/received', `${received}`],
      ['metrics/packets/publish/sent', `${sent + told}`],
    ] as const) {
      broker.tell(`$SYS/brokers/emqx@a/${topic}`, payload);
    }
    broker.tell('$SYS/brokers/emqx@b/metrics/packets/publish/received', '5');
    told += 4;
  };
  await during(observer.begin(never), round);
  [received, sent] = [350, 1750];
  const { source, samples, whole, notes } = await during(observer.end(never), round);
  assert.match(source, /^\$SYS of 5\.8\.0, renewed every /);
  assert.deepEqual([whole, notes], [true, []]);
  const [from, to] = [samples[0]?.values, samples.at(-1)?.values];
  assert.deepEqual([from?.messagesReceived, to?.messagesReceived], [105, 355]);
  assert.equal((to?.messagesSent ?? 0) - (from?.messagesSent ?? 0), 750);
  assert.equal(to?.clientsConnected, 7);
});

test('an observer makes a Mosquitto tell a count that it has forgotten, by one message before the run', async (t) => {
  const { broker, observer, during } = await observed(t, {
    '$SYS/broker/version': 'mosquitto version 2.0.11',
    '$SYS/broker/uptime': '600 seconds',
  });
  let toldTimes = 0;
  const round = () => {
    broker.tell('$SYS/broker/uptime', `${600 + toldTimes} seconds`, true);
    // What has not changed is not told.
    if (broker.published.length === toldTimes) return;
    toldTimes = broker.published.length;
    broker.tell('$SYS/broker/publish/messages/received', `${40 + toldTimes}`, true);
  };
  await during(observer.begin(never), round);
  assert.deepEqual(broker.published, ['mqtt-stress/observer']);
  const { samples, whole } = await during(observer.end(never), round);
  assert.deepEqual([whole, samples[0]?.values.messagesReceived], [true, 41]);
});

test('an observer that is not to wait any more ends at once', async (t) => {
  const { observer } = await observed(t, { '$SYS/broker/uptime': '600 seconds' });
  const before = performance.now();
  await observer.begin(AbortSignal.abort());
  const { whole, notes } = await observer.end(AbortSignal.abort());
  assert.ok(performance.now() - before < 1000);
  assert.deepEqual([whole, notes], [false, ['stopped before the first reading']]);
});
