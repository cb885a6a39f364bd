import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { identity, jobContext } from '../../../src/plan/identity.ts';
import type { GroupPlan } from '../../../src/plan/plan.ts';
import { Routes } from '../../../src/plan/routes.ts';
import { sharesOf } from '../../../src/plan/shares.ts';
import { publicationOf } from '../../../src/plan/streams.ts';
import { planOf } from '../../support/run-scenario.ts';

function scenario(publishers: number, receivers: number): string {
  return `
groups:
  p: { clients: ${publishers}, publish: { topic: "t/{index}" } }
  s: { clients: ${receivers}, subscribe: { topic: "t/+" } }
`;
}

describe('a plan', () => {
  test('judges deliveries up to 4 million pairs of a stream and a receiver, and says so above', () => {
    assert.equal(planOf(scenario(2000, 2000)).judged, true);
    const plan = planOf(scenario(2001, 2000));
    assert.equal(plan.judged, false);
    assert.match(plan.warnings.join(), /more than 4 million pairs/);
    const group = plan.groups[0] as GroupPlan;
    const who = identity(plan, group, 0);
    const publication = publicationOf(group.jobs[0] as GroupPlan['jobs'][0], who, jobContext(plan, group));
    assert.deepEqual(publication && new Routes(plan).expectations(publication, who.broker), []);
  });
});

describe('a shared subscription is judged', () => {
  const judged = (...groups: string[]) => {
    const shares = sharesOf(planOf(`groups:\n${groups.map((one) => `  ${one}\n`).join('')}`));
    return (topicFilter: string) => shares(topicFilter, 'embedded') !== undefined;
  };
  const publisher = 'p: { publish: { topic: "t/1" } }';

  test('where its members are of one group and have no other filter that meets it', () => {
    const one = judged(
      publisher,
      's: { clients: 3, subscribe: [{ topic: $share/g/t/# }, { topic: $share/g/u/# }, { topic: u/+ }] }',
    );
    assert.equal(one('$share/g/t/#'), true);
    assert.equal(one('$share/g/u/#'), false);
  });

  test('not over two groups, not at two QoS, not beside another that meets it', () => {
    const two = judged(
      publisher,
      'a: { subscribe: { topic: $share/g/t/# } }',
      'b: { subscribe: { topic: $share/g/t/# } }',
    );
    assert.equal(two('$share/g/t/#'), false);
    const beside = judged(publisher, 'a: { subscribe: [{ topic: $share/g/t/# }, { topic: t/1 }] }');
    assert.equal(beside('$share/g/t/#'), false);
    const shares = judged(publisher, 'a: { subscribe: [{ topic: $share/g/t/# }, { topic: $share/h/t/1 }] }');
    assert.deepEqual([shares('$share/g/t/#'), shares('$share/h/t/1')], [false, false]);
  });
});
