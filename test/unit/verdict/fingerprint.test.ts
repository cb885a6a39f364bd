import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Observation } from '../../../src/observers/observer.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { fingerprint, mismatches } from '../../../src/verdict/compare/fingerprint.ts';
import { context, group, judged, ordinaryRun, plan } from '../../support/hand-made.ts';

const at = (url: string): Plan['brokers'] => [{ name: 'b', target: { url }, weight: 1, embedded: false }];
const of = (changes: Partial<Plan>, observations: readonly Observation[] = []) =>
  fingerprint(plan(changes), { ...context(), observations });

describe('the fingerprint of a run', () => {
  it('has machine, program, client, threads, broker and load in words', () => {
    const { 'the load': load, ...rest } = of({});
    assert.match(load ?? '', /^sha256 [0-9a-f]{12}$/);
    assert.deepEqual(rest, {
      CPU: 'cpu',
      cores: '2',
      system: 'linux',
      Node: 'v20.20.0',
      'mqtt-stress': '0.1.0',
      client: 'wire',
      'load threads': '1',
      'the broker': 'mqtt on this machine',
    });
  });

  it('is the same on another port, by another seed and tag, and at another time', () => {
    const { run } = plan();
    assert.deepEqual(of({ brokers: at('mqtt://localhost:2000'), run: { ...run, tag: 'other12', seed: 9 } }), of({}));
  });

  it('has a broker on this machine whatever that is called', () => {
    for (const host of ['Bench', '192.0.2.1', '127.0.0.1'])
      assert.equal(of({ brokers: at(`mqtt://${host}:1883`) })['the broker'], 'mqtt on this machine');
  });

  it('tells loads apart after all edits, and brokers by host, scheme and version, without credentials', () => {
    assert.notEqual(of({ groups: [group('g', { clients: 11 })] })['the load'], of({})['the load']);
    assert.notEqual(of({ warmUpMs: 0 })['the load'], of({})['the load']);
    assert.equal(of({ brokers: at('mqtts://me:hunter2@b.example:8883') })['the broker'], 'mqtts on b.example');
    const seen = {
      broker: 'b',
      observer: '$SYS',
      source: '$SYS of mosquitto version 2.0.11, renewed every 2s: at most',
    };
    const rest = { samples: [], whole: true, uncounted: [], notes: [] };
    assert.equal(of({}, [{ ...seen, ...rest }])['the broker'], 'mosquitto version 2.0.11, mqtt on this machine');
    assert.equal(
      of({ brokers: [{ name: 'e', target: { url: '' }, weight: 1, embedded: true }] })['the broker'],
      'the embedded one',
    );
    const started = { name: 'e', target: { url: '' }, weight: 1, embedded: true, version: 'Aedes 1.2.0' };
    assert.equal(of({ brokers: [started] })['the broker'], 'the embedded one, Aedes 1.2.0');
  });

  it('is told where it differs only, and of older results as far as they go', () => {
    const [one, other] = [judged(plan(), ordinaryRun()), judged(plan({ client: 'mqttjs' }), ordinaryRun())];
    assert.deepEqual(mismatches([one], [one, one]), []);
    assert.deepEqual(mismatches([one], [other]), ['client differs: wire in the base, mqttjs in the new runs.']);
    const { fingerprint: _, ...older } = one.run;
    assert.deepEqual(mismatches([{ ...one, run: older }], [other]), []);
    const elsewhere = { ...older, versions: { ...older.versions, cpu: 'slow' } };
    assert.deepEqual(mismatches([{ ...one, run: elsewhere }], [other]), [
      'CPU differs: slow in the base, cpu in the new runs.',
    ]);
  });
});
