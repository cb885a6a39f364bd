/** The embedded broker's own process: Aedes on its ports, told to the parent; it ends with the IPC channel, however the parent died. */
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';

/** What the parent asks for, as JSON in the one argument; 0 is a free port, no wsPort no WebSocket. */
export interface Ask {
  readonly host: string;
  readonly port: number;
  readonly wsPort?: number;
}

export interface Listening {
  /** Of Aedes. */
  readonly version: string;
  readonly port: number;
  readonly wsPort?: number;
}

export interface Failed {
  readonly error: string;
  /** As the system names it: EADDRINUSE. */
  readonly code?: string;
  readonly port?: number;
}

const unlimited = 65_535;

async function serve({ host, port, wsPort }: Ask): Promise<void> {
  const broker = await Aedes.createBroker({
    // Aedes is careful by default; a load test must not run into what protects a broker on the internet.
    concurrency: 10_000,
    queueLimit: unlimited,
    maxInflightInbound: 0,
    maxClientsIdLength: unlimited,
  });
  const listening = {
    // Aedes has it, and its types leave it out.
    version: (broker as Aedes & { readonly version: string }).version,
    port: await listen(createServer({ noDelay: true }, broker.handle), host, port),
    ...(wsPort !== undefined && { wsPort: await listen(webSocketServer(broker), host, wsPort) }),
  };
  tell(listening);
}

/** MQTT in binary frames, on every path. Compression would only cost time. */
function webSocketServer(broker: Aedes): Server {
  const http = createHttpServer((_, response) => response.writeHead(426).end('MQTT over WebSocket only\n'));
  const sockets = new WebSocketServer({
    server: http,
    perMessageDeflate: false,
    // [MQTT-6.0.0-4]
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  sockets.on('connection', (socket, request) => {
    // [MQTT-6.0.0-3]: so that a client which forgets it does not pass here and fail elsewhere.
    if (socket.protocol === '') socket.close(1002, 'the subprotocol mqtt is missing');
    else broker.handle(createWebSocketStream(socket), request);
  });
  // It repeats the errors of the server below, which are told there.
  sockets.on('error', () => {});
  return http;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  server.on('error', ({ message, code }: NodeJS.ErrnoException) =>
    tell({ error: message, port, ...(code !== undefined && { code }) }, () => process.exit(1)),
  );
  return new Promise((resolve) => {
    server.listen({ host, port, backlog: 4096 }, () => resolve((server.address() as AddressInfo).port));
  });
}

function tell(message: Listening | Failed, then: () => void = () => {}): void {
  process.send?.(message, then);
}

process.on('disconnect', () => process.exit(0));
// Ctrl-C goes to the whole foreground group; the parent decides when the broker may go.
process.on('SIGINT', () => {});

await serve(JSON.parse(process.argv[2] ?? '') as Ask);
