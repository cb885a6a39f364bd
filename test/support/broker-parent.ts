/** A program that starts an embedded broker and waits to be killed; for the test of what becomes of the broker. */
import { startBroker } from '../../src/broker/broker.ts';

const { pid, port } = await startBroker();
process.stdout.write(`${JSON.stringify({ pid, port })}\n`);
setInterval(() => {}, 60_000);
