import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Authority, opensslMissing, tlsListener } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts';
import { cli, startCli } from '../support/spawn-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-demand-'));
const authority = opensslMissing() ? undefined : new Authority();
after(() => {
  rmSync(folder, { recursive: true });
  authority?.remove();
});

/**
 * What the system says of a process while it lives: most resident MiB, and how many open files it mostly has with all its
 * clients, as one that is read in passing may be among them at times.
 */
async function watch(pid: number, clients: number, over: Promise<unknown>): Promise<{ files: number; mib: number }> {
  const most = { files: 0, mib: 0 };
  const readings = new Map<number, number>();
  let alive = true;
  void over.then(() => {
    alive = false;
  });
  while (alive) {
    try {
      const files = readdirSync(`/proc/${pid}/fd`).length;
      if (files > clients) readings.set(files, (readings.get(files) ?? 0) + 1);
      if ((readings.get(files) ?? 0) > (readings.get(most.files) ?? 0)) most.files = files;
      const [, kib = '0'] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      most.mib = Math.max(most.mib, Number(kib) / 1024);
    } catch {
      return most;
    }
    await delay(50);
  }
  return most;
}

type Kind = 'mqtt' | 'mqtts' | 'observed' | 'embedded';

const skip =
  mosquittoMissing() ||
  opensslMissing() ||
  (process.platform === 'linux' ? false : 'only Linux tells what a process has open');

describe('check', { skip }, () => {
  const publishing = 'publish: { topic: "t/{index}", rate: 1/s, qos: 1 }';
  const large =
    'publish: { topic: "t/{index}", rate: 1/5s, qos: 1, payload: 256KiB }\n    subscribe: { topic: "t/{index}" }';
  const works: readonly (readonly [string, number, Kind, string, ...string[]])[] = [
    ['idle clients', 2000, 'mqtt', ''],
    ['publishers', 1500, 'mqtt', publishing],
    ['subscribers over TLS', 600, 'mqtts', 'subscribe: { topic: "t/{index}" }'],
    ['large payloads', 200, 'mqtt', large],
    ['the embedded broker', 100, 'embedded', publishing],
    [
      'an observed broker, two threads and MQTT.js',
      300,
      'observed',
      publishing,
      '--threads',
      '2',
      '--client',
      'mqttjs',
    ],
  ];
  for (const [what, clients, kind, job, ...options] of works) {
    test(`predicts open files, exactly on Node 20, and memory within 20 % of ${what}`, async () => {
      const port = await freePort();
      const signed = authority?.sign('localhost', ['DNS:localhost']);
      const listeners = signed === undefined ? [] : [tlsListener(port, signed)];
      const mosquitto = await startMosquitto({ listeners });
      const brokers: Record<Kind, string> = {
        mqtt: `brokers: [ "${mosquitto.url}" ]`,
        mqtts: `brokers: [ { url: "mqtts://localhost:${port}", tls: { verify: false } } ]`,
        observed: `brokers: [ { url: "${mosquitto.url}", observe: $SYS } ]`,
        embedded: '',
      };
      const path = join(folder, 'demand.yaml');
      writeFileSync(
        path,
        `${brokers[kind]}
warmUp: 0s
duration: 3s
drain: 1s
groups:
  many:
    clients: ${clients}
    ${job}
`,
      );
      try {
        const { stdout } = await cli('check', path, ...options);
        const { child, ended } = startCli(['run', path, '--no-progress', '--allow-invalid', ...options]);
        const { files, mib } = await watch(child.pid ?? 0, clients, ended);
        assert.equal((await ended).code, 0, (await ended).stderr);
        const [, saidFiles = ''] = /open files\s+([\d,]+) of/.exec(stdout) ?? [];
        const [, saidMib = ''] = /memory\s+about ([\d.]+)MiB of/.exec(stdout) ?? [];
        const off = Number(saidFiles.replace(',', '')) - files;
        assert.ok(process.version.startsWith('v20.') ? off === 0 : Math.abs(off) <= 20, `${saidFiles}, but ${files}`);
        assert.ok(Math.abs(Number(saidMib) / mib - 1) <= 0.2, `${saidMib} MiB, but ${mib}`);
      } finally {
        await mosquitto.stop();
      }
    });
  }
});
