import { once } from 'node:events';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';

export interface SysBroker {
  readonly url: string;
  /** Topics of what clients have published. */
  readonly published: readonly string[];
  tell(topic: string, payload: string, retain?: boolean): void;
  stop(): Promise<void>;
}

/** A broker whose $SYS a test writes: to speak as brokers that are not installed, or whose moods take minutes. */
export async function startSysBroker(): Promise<SysBroker> {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const published: string[] = [];
  aedes.on('publish', ({ topic }, client) => {
    if (client !== null) published.push(topic);
  });
  const { port } = server.address() as { port: number };
  return {
    url: `mqtt://127.0.0.1:${port}`,
    published,
    tell(topic, payload, retain = false) {
      const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, retain, dup: false } as const;
      aedes.publish(packet, () => {});
    },
    async stop() {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      server.close();
    },
  };
}
