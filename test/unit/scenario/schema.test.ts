import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
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
});
