import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { templateFields } from '../../../src/base/template.ts';
import { catalog, metricNames } from '../../../src/metrics/catalog.ts';
import { later } from '../../../src/scenario/later.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import { type Schema as JsonSchema, type Place, placesOf } from '../../../src/scenario/places.ts';
import { referencePage } from '../../../src/scenario/reference.ts';
import { jsonSchema } from '../../../src/scenario/schema.ts';
import { Authority, opensslMissing } from '../../support/certificates.ts';

const read = (file: string) => readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8');
const page = read('docs/scenario.md');

/** The yaml blocks that are whole scenarios. */
function scenariosOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```yaml\n(.*?)^```$/gms)]
    .map(([, text = '']) => text)
    .filter((text) => /^groups:/m.test(text));
}

type Schema = { properties?: Record<string, Schema> } & Record<string, unknown>;

/** Every key that a scenario may have, those below thresholds excepted: these are the metrics. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, ...rest } = schema as Schema;
  const below = Object.entries(properties).flatMap(([key, one]) => [key, ...(key === 'thresholds' ? [] : keysOf(one))]);
  const others = Object.entries(rest).flatMap(([key, one]) => (key === '$defs' ? [] : keysOf(one)));
  return [...new Set([...below, ...others])];
}

describe('the documentation of scenarios', () => {
  it('is current in docs/scenario.md (npm run docs)', async () => {
    assert.equal(page, await referencePage());
    assert.doesNotMatch(page, /<!--/);
  });

  it('shows scenarios that are valid, without a warning', { skip: opensslMissing() }, (test) => {
    const authority = new Authority();
    test.after(() => authority.remove());
    authority.sign('client', ['DNS:client']);
    const env = { MQTT_PASSWORD: 'secret' };
    for (const file of ['docs/scenario.md', 'README.md']) {
      const scenarios = scenariosOf(read(file));
      assert.ok(scenarios.length > 0, file);
      for (const text of scenarios) {
        const loaded = parseScenario(file, text, { env, folder: authority.folder });
        if ('problems' in loaded) assert.fail(loaded.problems.join('\n'));
        assert.deepEqual(loaded.scenario.warnings, []);
      }
    }
  });

  it('uses every key in its example, and names it on the page', () => {
    const [example = ''] = scenariosOf(page);
    const rest = page.replace(example, '');
    const keys = keysOf(jsonSchema());
    for (const expected of [
      'groups',
      'cluster',
      'concurrency',
      'jitter',
      'totalRate',
      'stages',
      'over',
      'json',
      'weight',
    ])
      assert.ok(keys.includes(expected), expected);
    for (const key of keys) {
      assert.match(example, new RegExp(`\\b${key}:`), `${key} in the example`);
      assert.match(rest, new RegExp(`\\b${key}\\b`), key);
    }
  });

  it('calls nothing unsupported but what check calls so', () => {
    const [, listed = ''] = page.split('## Not supported yet');
    const keys = [...listed.matchAll(/`([A-Za-z]+)(?:: \{ ([a-z]+): \.\.\. \})?`/g)].filter(
      ([, key]) => key !== 'check',
    );
    assert.ok(keys.length > 0);
    for (const [written, key = '', inner] of keys) {
      const paths = [[key], ['groups', 'a', key], ['groups', 'a', 'publish', key, inner ?? '']];
      assert.ok(
        paths.some((path) => later(path) !== undefined),
        written,
      );
    }
  });

  it('has every field of templates and every metric', () => {
    for (const field of Object.keys(templateFields)) assert.ok(page.includes(`{${field}}`), field);
    for (const name of metricNames)
      assert.ok(page.includes(`| \`${name}\` | ${catalog[name].kind} | ${catalog[name].help} |`), name);
  });
});

describe('the places of the language', () => {
  const places = placesOf(jsonSchema() as JsonSchema);
  const keysAt = (path: string) => places.find((place) => place.path === path)?.keys ?? [];
  const row = (path: string, name: string) => keysAt(path).find((key) => key.name === name);

  it('have a meaning for every key', () => {
    const meaningless = ({ path, keys }: Place) =>
      keys.filter(({ meaning }) => meaning === '').map(({ name }) => `${path}.${name}`);
    assert.deepEqual(places.flatMap(meaningless), []);
  });

  it('are all maps that a scenario may hold', () => {
    const paths = places.map(({ path }) => path);
    for (const path of ['', 'brokers[]', 'groups.NAME', 'groups.NAME.publish.stages[]', 'thresholds.METRIC'])
      assert.ok(paths.includes(path), path);
    assert.equal(new Set(paths).size, paths.length);
  });

  it('tell value and default of a key as the schema has them', () => {
    assert.deepEqual(row('groups.NAME', 'inFlight'), {
      name: 'inFlight',
      value: '1 to 65,535',
      default: '`20`',
      meaning: 'Unacknowledged QoS 1 and 2 messages of a client, at most.',
    });
    assert.equal(row('groups.NAME', 'protocol')?.value, '`3.1`, `3.1.1` or `5`');
    assert.equal(row('groups.NAME.publish', 'topic')?.default, 'must be given');
    assert.equal(row('groups.NAME.publish.stages[]', 'over')?.default, 'must be given in `{ over, to }`');
  });

  it('take a default that has no fixed value from the description', () => {
    const { default: told, meaning } = row('', 'name') ?? {};
    assert.deepEqual([told, meaning], ['the name of the file', 'A title for reports.']);
    assert.equal(row('groups.NAME.connect', 'rate')?.default, '`unlimited`: as fast as concurrency allows');
  });
});
