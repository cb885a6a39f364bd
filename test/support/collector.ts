import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type Posted = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly status: number;
};

/** Takes what is posted to it; its answers are those given, in turn, and then 204. */
export async function startCollector(answers: readonly (readonly [number, string])[] = []) {
  const posted: Posted[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const [status, says] = answers[posted.length] ?? [204, ''];
    posted.push({ path: `${request.method} ${request.url}`, headers: request.headers, body, status });
    response.writeHead(status).end(says);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    posted,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
