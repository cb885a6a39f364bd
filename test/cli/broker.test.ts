import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { connectAsync } from 'mqtt';
import { cli, startCli } from '../support/spawn-cli.ts';
import { within } from '../support/wait-for.ts';

describe('mqtt-stress broker', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`tells its urls on stdout, carries messages between TCP and WebSocket, and ends by ${signal} with 0`, async () => {
      const running = startCli(['broker', '--port', '0', '--ws-port', '0']);
      const [, url = '', wsUrl = ''] = await running.wrote(/^(mqtt:\/\/127\.0\.0\.1:\d+)\n(ws:\/\/127\.0\.0\.1:\d+)\n/);
      await running.said(/MQTT 3\.1\.1.* no measure of capacity/);
      const [listener, speaker] = await Promise.all([connectAsync(url), connectAsync(wsUrl)]);
      await listener.subscribeAsync('a/b', { qos: 1 });
      const received = new Promise<string[]>((resolve) => {
        listener.once('message', (topic, payload) => resolve([topic, payload.toString()]));
      });
      await speaker.publishAsync('a/b', 'hello', { qos: 1 });
      assert.deepEqual(await within(received, 'the message'), ['a/b', 'hello']);
      await Promise.all([listener.endAsync(), speaker.endAsync()]);
      running.child.kill(signal);
      const { code, stderr } = await running.ended;
      assert.equal(code, 0);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    });
  }

  it('opens no WebSocket unless asked', async () => {
    const running = startCli(['broker', '--port', '0']);
    await running.said(/Ctrl-C/);
    running.child.kill('SIGINT');
    assert.match((await running.ended).stdout, /^mqtt:\/\/127\.0\.0\.1:\d+\n$/);
  });

  it('is the broker of a run', async () => {
    const running = startCli(['broker', '--port', '0']);
    const [url] = await running.wrote(/mqtt:\S+(?=\n)/);
    const short = ['--set', 'warmUp=0s', '--duration', '1s', '--quiet', '--allow-invalid'];
    const { code, stdout } = await cli('run', 'quick-start', '--broker', url, ...short);
    assert.equal(code, 0, stdout);
    running.child.kill('SIGINT');
    await running.ended;
  });

  it('tells a port that is in use, with the way out and exit code 3', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const port = String((taken.address() as AddressInfo).port);
    for (const args of [
      ['--port', port],
      ['--port', '0', '--ws-port', port],
    ]) {
      const { code, stdout, stderr } = await cli('broker', ...args);
      assert.deepEqual([code, stdout], [3, '']);
      assert.match(
        stderr,
        new RegExp(`port ${port} of 127.0.0.1 is in use.*\\nend the program that listens there, or`),
      );
    }
    taken.close();
  });

  it('tells an address that is not of this machine', async () => {
    const { code, stderr } = await cli('broker', '--port', '0', '--host', '192.0.2.1');
    assert.equal(code, 3);
    assert.match(stderr, /192\.0\.2\.1 is no address of this machine.*\ntake 127\.0\.0\.1/);
  });

  for (const [what, args, says] of [
    ['a port that is none', ['--port', 'x'], /--port x: must be a whole number from 0 to 65535\n0 takes a free port/],
    ['a port beyond the last', ['--ws-port', '65536'], /--ws-port 65536: must be a whole number from 0 to 65535/],
    ['no host', ['--host', ''], /--host: must not be empty\n0\.0\.0\.0 is every address/],
    ['one port for both', ['--port', '7000', '--ws-port', '7000'], /--ws-port 7000: must be another port than --port/],
  ] as const) {
    it(`refuses ${what} with exit code 2`, async () => {
      const { code, stdout, stderr } = await cli('broker', ...args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, says);
    });
  }
});
