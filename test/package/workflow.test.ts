import assert from 'node:assert/strict';
import { accessSync, constants, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = new URL('../../../', import.meta.url);

type Step = { uses?: string; run?: string; with?: Record<string, unknown> };
type Workflow = { jobs: { ci: { strategy: { matrix: { node: number[] } }; steps: Step[] } } };

it('the workflow is valid YAML that runs .ci/run on every Node from the oldest supported one', () => {
  const text = readFileSync(new URL('.github/workflows/ci.yml', root), 'utf8');
  const { strategy, steps } = (parse(text) as Workflow).jobs.ci;
  const { engines } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { engines: { node: string } };
  assert.deepEqual(strategy.matrix.node, [20, 22, 24]);
  assert.ok(engines.node.startsWith(`>=${strategy.matrix.node[0]}.`));
  assert.deepEqual(
    steps.flatMap(({ uses }) => uses?.replace(/@.*/, '') ?? []),
    ['actions/checkout', 'actions/setup-node'],
  );
  assert.equal(steps[1]?.with?.['node-version'], '${{ matrix.node }}');
  assert.equal(steps.at(-1)?.run, '.ci/run');
  accessSync(fileURLToPath(new URL('.ci/run', root)), constants.X_OK);
});
