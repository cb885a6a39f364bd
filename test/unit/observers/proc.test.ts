import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { listenerOf, listeningInodes, processOf, readProcess } from '../../../src/observers/process/proc.ts';

const skip = process.platform === 'linux' ? false : '/proc is of Linux';

describe('processes of this machine', { skip }, () => {
  it('are found by their number, and known by when they began', () => {
    const found = processOf(process.pid);
    if ('why' in found) assert.fail(found.why);
    const usage = readProcess(found);
    const { user, system } = process.cpuUsage();
    assert.ok(Math.abs((usage?.cpuSeconds ?? 0) - (user + system) / 1e6) < 0.1);
    assert.ok(Math.abs((usage?.memoryBytes ?? 0) / process.memoryUsage.rss() - 1) < 0.2);
    assert.equal(readProcess({ ...found, startTicks: '1' }), null);
  });

  it('are found by the port where they listen, of IPv4 and IPv6', async () => {
    for (const host of ['127.0.0.1', '::1']) {
      const server = createServer().listen(0, host);
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      const found = listenerOf(port);
      server.close();
      assert.equal('pid' in found ? found.pid : found.why, process.pid);
    }
  });

  it('that are not there are told in words', () => {
    const none = 4_194_305;
    assert.deepEqual(processOf(none), { why: `there is no process ${none} on this machine` });
  });

  it('listen where /proc/net/tcp says so, not where they are connected', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:075B 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0 100 0 0 10 0',
      '   1: 0100007F:075B 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0 100 0 0 10 0',
      '   2: 0100007F:C350 0100007F:075B 01 00000000:00000000 00:00000000 00000000  1000        0 333 1 0 100 0 0 10 0',
    ].join('\n');
    assert.deepEqual(listeningInodes(table, 1883), ['111']);
    assert.deepEqual(listeningInodes(table, 50_000), []);
  });
});
