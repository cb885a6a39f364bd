/** The embedded broker's own process: Aedes on a free port, told to the parent; it ends with the IPC channel, however the parent died. */
import { createServer } from 'node:net';
import { Aedes } from 'aedes';

export interface Listening {
  readonly port: number;
}

export interface Failed {
  readonly error: string;
}

const unlimited = 65_535;

async function serve(host: string, port: number): Promise<void> {
  const broker = await Aedes.createBroker({
    // Aedes is careful by default; a load test must not run into what protects a broker on the internet.
    concurrency: 10_000,
    queueLimit: unlimited,
    maxInflightInbound: 0,
    maxClientsIdLength: unlimited,
  });
  const server = createServer({ noDelay: true }, broker.handle);
  server.on('error', (error) => tell({ error: error.message }, () => process.exit(1)));
  server.listen({ host, port, backlog: 4096 }, () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') tell({ port: address.port });
  });
}

function tell(message: Listening | Failed, then: () => void = () => {}): void {
  process.send?.(message, then);
}

process.on('disconnect', () => process.exit(0));
// Ctrl-C goes to the whole foreground group; the parent decides when the broker may go.
process.on('SIGINT', () => {});

const [host = '127.0.0.1', port = '0'] = process.argv.slice(2);
await serve(host, Number(port));
