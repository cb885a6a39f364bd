import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Machine } from '../../../src/base/machine.ts';
import { clientsPerBroker, demandOf } from '../../../src/plan/demand.ts';
import { needs as needsOf } from '../../../src/plan/needs.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { group, plan } from '../../support/hand-made.ts';

const roomy: Machine = {
  cores: 4,
  openFiles: 1e6,
  openFilesHard: 1e6,
  filesInUse: 18,
  sourcePorts: 28_232,
  addresses: ['127.0.0.1', '192.0.2.1'],
  hostName: 'bench',
  availableBytes: 8e9,
  totalBytes: 16e9,
};
const needs = (asked: Plan, machine: Machine) => needsOf(asked, machine, 1);
const of = (clients: number) => plan({ groups: [group('a', { clients })] });

describe('what a machine must allow', () => {
  it('is no problem where there is room, or where limits are unknown', () => {
    assert.deepEqual(needs(of(10_000), roomy), []);
    assert.deepEqual(
      needs(of(100_000), { ...roomy, openFiles: undefined, openFilesHard: undefined, sourcePorts: undefined }),
      [],
    );
  });

  it('includes a file for each client, with the command that raises the limit', () => {
    const [problem] = needs(of(1000), { ...roomy, openFiles: 1024, openFilesHard: 4096 });
    assert.match(problem?.rule ?? '', /need 1,027 open files.*may have 1,024/);
    assert.equal(problem?.hint, 'ulimit -n 1027; or lower clients');
    const [hard] = needs(of(5000), { ...roomy, openFiles: 1024, openFilesHard: 4096 });
    assert.match(hard?.hint ?? '', /as root/);
  });

  it('counts source ports by the addresses that clients are bound to, which must be there', () => {
    const bound = (localAddresses: string[]) => plan({ groups: [group('a', { clients: 50_001, localAddresses })] });
    assert.deepEqual(needs(bound(['127.0.0.2', '127.0.0.3']), roomy), []);
    assert.match(
      needs(bound(['127.0.0.2']), roomy)[0]?.rule ?? '',
      /need 50,001 source ports from 127\.0\.0\.2, but this machine has 28,232/,
    );
    assert.match(
      needs(bound(['127.0.0.2', '127.0.0.3', '127.0.0.2']), roomy)[0]?.rule ?? '',
      /33,334 source ports from 127\.0\.0\.2,/,
    );
    const [problem] = needs(bound(['127.0.0.2', '192.0.2.7']), roomy);
    assert.deepEqual(
      [problem?.path, problem?.rule, problem?.value],
      [['groups', 'a', 'localAddress'], 'must be an address of this machine', '192.0.2.7'],
    );
    assert.match(
      problem?.hint ?? '',
      /its addresses: 127\.0\.0\.1, 192\.0\.2\.1; .*ip address add 192\.0\.2\.7\/32 dev lo/,
    );
  });

  it('counts together the clients that are bound to an address and those that come from it all the same', () => {
    const mixed = (url: string, localAddress: string) =>
      demandOf(
        plan({
          brokers: ['x', 'y'].map((name, i) => ({
            name,
            target: { url: `${url}:${i + 1}` },
            weight: 1,
            embedded: false,
          })),
          groups: [group('bound', { clients: 40, localAddresses: [localAddress] }), group('free', { clients: 20 })],
        }),
        1,
        roomy,
      ).ports;
    for (const url of ['mqtt://127.0.0.1', 'mqtt://localhost', 'mqtt://127.0.0.3'])
      assert.deepEqual(mixed(url, '127.0.0.1'), { where: 'from 127.0.0.1', count: 50 });
    assert.equal(mixed('mqtt://192.0.2.1', '192.0.2.1').count, 50);
    assert.deepEqual(mixed('mqtt://127.0.0.1', '127.0.0.2'), { where: 'from 127.0.0.2', count: 40 });
    assert.equal(mixed('mqtt://h', '192.0.2.1').count, 40);
    const pinned = plan({
      groups: [
        group('bound', { clients: 60, localAddresses: ['127.0.0.2', '127.0.0.1'] }),
        group('free', { clients: 30 }),
      ],
    });
    assert.equal(demandOf(pinned, 1, roomy).ports.count, 60);
  });

  it('includes a source port for each client of one broker address', () => {
    const [problem] = needs(of(30_000), roomy);
    assert.match(problem?.rule ?? '', /need 30,000 source ports to mqtt:\/\/127\.0\.0\.1:1883.*has 28,232/);
    assert.match(problem?.hint ?? '', /ip_local_port_range/);
    assert.match(needs(of(100_000), roomy)[0]?.hint ?? '', /at most 64,511 connections/);
    const brokers = ['x', 'y'].map((name) => ({ name, target: { url: `mqtt://${name}` }, weight: 1, embedded: false }));
    assert.deepEqual(needs(plan({ brokers, groups: [group('a', { clients: 50_000 })] }), roomy), []);
  });

  it('includes memory', () => {
    assert.match(
      needs(of(10_000), { ...roomy, availableBytes: 1e8 })[0]?.rule ?? '',
      /about .* of memory, but .* are available/,
    );
  });

  it('grows with threads, with what a connection is made of, and with what its client does', () => {
    const bytes = (changes: Partial<Plan>, threads = 1) =>
      demandOf({ ...of(1000), ...changes }, threads, roomy).bytes / 2 ** 20;
    const at = (url: string) => bytes({ brokers: [{ name: 'b', target: { url }, weight: 1, embedded: false }] });
    assert.ok(bytes({}, 0) < bytes({}, 1) && bytes({}, 1) + 20 < bytes({}, 2));
    assert.ok(at('mqtt://h') < at('ws://h') && at('ws://h') * 1.15 < at('wss://h'));
    assert.equal(at('tls://h'), at('mqtts://h'));
    assert.ok(bytes({}) + 15 < bytes({ client: 'mqttjs' }));
  });

  it('has memory for the rate of messages and for payloads that take more than a read, up to what is collected', () => {
    const mib = (rate: number, payload: number, changes: Partial<Plan> = {}) => {
      const publish = { topic: 'a/{index}', qos: 0, retain: false, rate, payload };
      const jobs = [{ workload: 'publish', options: publish, firstStream: 0 }];
      return demandOf(plan({ groups: [group('a', { jobs })], ...changes }), 1, roomy).bytes / 2 ** 20;
    };
    const brokers = [{ name: 'b', target: { url: 'mqtts://h' }, weight: 1, embedded: false }];
    assert.ok(mib(0.1, 256) + 2 < mib(1000, 256));
    assert.equal(mib(0.1, 256), mib(0.1, 32 * 1024));
    assert.ok(mib(0.1, 256) + 20 < mib(10, 256 * 1024));
    assert.ok(mib(10_000, 256 * 1024) < mib(10, 256 * 1024) + 50);
    assert.ok(mib(0.1, 256, { brokers }) + 20 < mib(100, 32 * 1024, { brokers }));
    assert.ok(mib(0.1, 16 * 2 ** 20) - mib(0.1, 2 ** 20) > 30);
  });

  it('counts the files of threads, of the embedded broker, of observers and those that are open already', () => {
    const files = (threads: number, broker: Partial<Plan['brokers'][number]> = {}, filesInUse = 20) => {
      const brokers = [{ name: 'b', target: { url: 'mqtt://h' }, weight: 1, embedded: false, ...broker }];
      return demandOf({ ...of(1000), brokers }, threads, { ...roomy, filesInUse }).files;
    };
    assert.deepEqual([files(0), files(1), files(3), files(3, {}, 22)], [1020, 1029, 1039, 1041]);
    assert.equal(files(1, { embedded: true, target: { url: '' } }), 1031);
    const observe = [
      { observer: '$SYS', options: {} },
      { observer: 'process', options: { pid: 1 } },
    ];
    assert.equal(files(1, { observe }), 1030);
  });

  it('counts the clients of each broker by weight and by name', () => {
    const brokers = [2, 1].map((weight, i) => ({ name: `b${i}`, target: { url: '' }, weight, embedded: false }));
    const groups = [group('a', { clients: 7 }), group('b', { clients: 4, broker: 'b1' })];
    assert.deepEqual(clientsPerBroker(plan({ brokers, groups })), [5, 6]);
  });
});
