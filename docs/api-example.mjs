// A load test from a program of your own: the same scenario at rising rates, until it no longer passes.
// In a clone of the repository: node docs/api-example.mjs
import { compile, load, reporters, run, startBroker, UserError } from 'mqtt-stress';

const rates = ['100/s', '400/s'];

// For trying out. To test a broker of your own leave it away, and give `brokers: ['mqtt://host:1883']` to load.
const broker = await startBroker();
const verdict = (await reporters.verdict())({
  stream: process.stdout,
  colour: false,
  interactive: false,
  columns: 100,
});

try {
  for (const rate of rates) {
    // All that `mqtt-stress run` takes as options: a file or a bundled scenario, and single values of it.
    const scenario = await load('fan-in', {
      set: [
        'warmUp=0s',
        'groups.sensors.clients=2',
        `groups.sensors.publish.rate=${rate}`,
        'thresholds={ delivery_time: "p(99) < 1s", messages_lost: "count == 0" }',
      ],
      duration: '2s',
      env: process.env,
    });
    const plan = compile(scenario, { brokerUrl: broker.url });
    const result = await run(plan, {
      threads: 1,
      reporters: [verdict],
      onSecond({ phase }, totals) {
        if (phase === 'measuring') console.error(`${totals.of('messages_received')?.count ?? 0} received so far`);
      },
    });
    // Every number of the result file is here, by the name of its metric.
    const { messages_received: received, messages_lost: lost, delivery_time: delivery } = result.totals;
    console.log(`2 x ${rate}: ${received.count} received, ${lost.count} lost, p99 ${delivery?.p99} ms`);
    if (result.verdict !== 'passed') break;
  }
} catch (error) {
  // What a user can mend is text with a hint; all else is a bug.
  if (!(error instanceof UserError)) throw error;
  console.error(error.message, error.hint ?? '');
  process.exitCode = error.exitCode;
} finally {
  await broker.stop();
}
