import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileTemplate, type Template, type TemplateUse } from '../../../src/base/template.ts';

const who = { group: 'g', index: 205, clientId: 'g-205', broker: 'north', run: 'abc1234', seed: 7 };

function template(text: string, use?: TemplateUse): Template {
  const compiled = compileTemplate(text, use);
  if ('problem' in compiled) assert.fail(compiled.problem);
  return compiled;
}

function problem(text: string, use?: TemplateUse) {
  const compiled = compileTemplate(text, use);
  if ('problem' in compiled) return compiled;
  return assert.fail(`${text} should have a problem`);
}

describe('a template', () => {
  it('fills in every field', () => {
    const text = '{group}/{index}/{index%10}/{index/200}/{clientId}/{run}/{broker}/{seq}/{time}/{stamp}';
    assert.equal(template(text).render(who, 3, 1234.5, 'ff'), 'g/205/5/1/g-205/abc1234/north/3/1234/ff');
  });

  it('keeps doubled braces as braces', () => {
    assert.equal(template('{{"n":{index}}}').render(who, 0, 0), '{"n":205}');
  });

  it('draws the same random fields for the same client and message, and others for others', () => {
    const drawn = template('{random:1000000}-{random:1000000}-{hex:20}');
    const text = drawn.render(who, 1, 0);
    assert.equal(drawn.render(who, 1, 99), text);
    assert.notEqual(drawn.render(who, 2, 0), text);
    assert.notEqual(drawn.render({ ...who, index: 206 }, 1, 0), text);
    assert.notEqual(drawn.render({ ...who, seed: 8 }, 1, 0), text);
    const [first, second, hex = ''] = text.split('-');
    assert.notEqual(first, second);
    assert.match(hex, /^[0-9a-f]{20}$/);
  });

  it('draws random numbers below their bound', () => {
    const drawn = template('{random:3}');
    const seen = new Set(Array.from({ length: 200 }, (_, sequence) => drawn.render(who, sequence, 0)));
    assert.deepEqual([...seen].sort(), ['0', '1', '2']);
  });

  it('knows whether it varies by message, and in which topic levels', () => {
    assert.equal(template('a/{index}').varies, false);
    assert.equal(template('a/{seq}').varies, true);
    assert.deepEqual(template('a/{index}/x{seq}/b').levels(who), ['a', '205', null, 'b']);
  });

  it('names the known fields and the nearest one where a field does not exist', () => {
    const { problem: rule, hint = '' } = problem('{idx}', 'topic');
    assert.match(rule, /\{idx\} does not/);
    assert.match(hint, /did you mean \{index\}\?/);
    assert.match(hint, /\{random:N\}/);
    assert.doesNotMatch(hint, /\{stamp\}/);
  });

  it('refuses fields where they make no sense, divisions by 0 and single braces', () => {
    assert.match(problem('{stamp}', 'topic').problem, /must not have the field/);
    assert.match(problem('{clientId}', 'clientId').problem, /must not have the field/);
    assert.match(problem('{index%0}').problem, /does not/);
    assert.match(problem('{index').problem, /braces in pairs/);
    assert.match(problem('index}').problem, /braces in pairs/);
    assert.match(problem('{}').problem, /does not/);
  });

  it('refuses U+0000 in topics and ids, which MQTT does not allow, and leaves it to payloads', () => {
    assert.match(problem('a/\u0000', 'topic').problem, /U\+0000 \[MQTT-1\.5\.4-2\]/);
    assert.match(problem('\u0000{index}', 'clientId').problem, /U\+0000/);
    assert.equal(template('\u0000', 'payload').render(who, 0, 0), '\u0000');
  });
});
