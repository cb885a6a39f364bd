import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { metricNames } from '../../../src/metrics/catalog.ts';
import { jsonSchema, schemaText } from '../../../src/scenario/schema.ts';

describe('the JSON Schema', () => {
  it('is current in schema/scenario.schema.json (npm run schema)', async () => {
    const file = new URL('../../../../schema/scenario.schema.json', import.meta.url);
    assert.equal(await readFile(file, 'utf8'), schemaText());
  });

  it('describes every key of a group, for editors', () => {
    const { properties } = jsonSchema() as {
      properties: { groups: { additionalProperties: { properties: Record<string, { description?: string }> } } };
    };
    for (const [key, { description }] of Object.entries(properties.groups.additionalProperties.properties)) {
      assert.ok(description, `${key} needs a description`);
    }
  });

  it('completes the names of metrics in thresholds, and takes those of a part of the run beside them', () => {
    type Keys = Record<string, { $ref: string }>;
    const { properties, $defs } = jsonSchema() as {
      properties: { thresholds: { properties: Keys; patternProperties: Keys; additionalProperties: boolean } };
      $defs: object;
    };
    const { properties: plain, patternProperties, additionalProperties } = properties.thresholds;
    const [[pattern = '', meant] = []] = Object.entries(patternProperties);
    assert.deepEqual(Object.keys(plain), metricNames);
    assert.equal(additionalProperties, false);
    assert.deepEqual([plain['connects']?.$ref, meant?.$ref], ['#/$defs/expectation', '#/$defs/expectation']);
    assert.ok('expectation' in $defs);
    for (const key of ['connects{group=a}', 'delivery_time{group: a, broker: "h:1"}'])
      assert.match(key, new RegExp(pattern));
    for (const key of ['connects', 'conects{group=a}', 'connects{}', 'connects{group=a'])
      assert.doesNotMatch(key, new RegExp(pattern));
  });
});
