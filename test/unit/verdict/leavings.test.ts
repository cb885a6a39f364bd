import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Will } from '../../../src/mqtt/packets.ts';
import { type CellContents, group, judged, ordinaryRun, plan } from '../../support/hand-made.ts';

const gone: Will = { topicName: 'gone/{index}', payload: 'bye', qos: 1, retain: true, delayS: 0 };

function warned(will: Partial<Will>, disconnects: number): string[] {
  const lost: CellContents = {
    counts: { disconnects, reconnects: disconnects, connects: disconnects },
    causes: { disconnects: { session_taken_over: disconnects } },
  };
  const of = plan({ groups: [group('g', { clients: 10, will: { ...gone, ...will } })] });
  return judged(of, ordinaryRun([lost])).warnings.filter((text) => text.includes('may remain'));
}

describe('retained wills that stay on the broker', () => {
  it('are a warning that names their topic, of no more clients than lost their connection', () => {
    assert.deepEqual(warned({}, 3), [
      'g: 3 retained wills of gone/{index} may remain on the broker: an empty retained message to each topic removes them [MQTT-3.3.1-6]',
    ]);
    assert.match(warned({}, 1)[0] ?? '', /^g: a retained will of/);
  });

  it('are counted once a topic, however often connections were lost', () => {
    assert.match(warned({}, 50)[0] ?? '', /^g: 10 retained wills of/);
    assert.match(warned({ topicName: 'gone' }, 50)[0] ?? '', /^g: a retained will of gone may/);
  });

  it('are none where no connection was lost, or the will is not retained or empty', () => {
    assert.deepEqual([warned({}, 0), warned({ retain: false }, 3), warned({ payload: '' }, 3)], [[], [], []]);
  });
});
