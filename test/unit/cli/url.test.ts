import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { UserError } from '../../../src/base/errors.ts';
import { urlPlace } from '../../../src/cli/reports/url.ts';
import { startCollector } from '../../support/collector.ts';
import { waitFor } from '../../support/wait-for.ts';

describe('a report posted to a server that never answers', () => {
  it('makes nobody wait, keeps a bounded part of it, and is given up at once by who wants to leave', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const path = `http://127.0.0.1:${port}/write?db=x&p=geheim`;
    const place = urlPlace({ option: '--report', kind: 'influx', path }, new URL(path), {});
    await place.begin?.({});
    const chunk = Buffer.alloc(1024 * 1024);
    // The first is on its way when the others come.
    place.output.stream.write(chunk);
    const [socket] = (await once(server, 'connection')) as [Socket];
    for (let i = 0; i < 40; i++) {
      let taken = false;
      place.output.stream.write(chunk, () => {
        taken = true;
      });
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(taken);
    }
    const leaving = new AbortController();
    const published = place.publish(leaving.signal);
    leaving.abort();
    await assert.rejects(published, (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^--report influx=http:\S+\/write\?db=x&p=\*{4}: cannot be written$/);
      assert.equal(error.hint, `${(41 * chunk.length).toLocaleString('en-US')} bytes did not arrive there`);
      assert.equal((error.cause as Error).message, 'the server was too slow');
      return true;
    });
    socket.destroy();
    server.close();
  });
});

describe('a report posted to a server that fails', () => {
  it('is not tried anew for each part of it once the run is over', async () => {
    const failed = [503, 'busy'] as const;
    const collector = await startCollector(Array.from({ length: 20 }, () => failed));
    const path = `http://${collector.host}/`;
    const place = urlPlace({ option: '--report', kind: 'influx', path }, new URL(path), {}, 300);
    await place.begin?.({});
    place.output.stream.write('first');
    await waitFor(() => collector.posted.length > 0, 'the first part');
    place.output.stream.write('last');
    await assert.rejects(place.publish(new AbortController().signal), { hint: '9 bytes did not arrive there' });
    await collector.stop();
    // Once more after a quarter of a second, and then there is no time for another pause.
    assert.equal(collector.posted.filter(({ body }) => body === 'last').length, 1);
    assert.ok(collector.posted.length <= 3);
  });
});
