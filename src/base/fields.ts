import { isIP } from 'node:net';
import { z } from 'zod';
import { compileTemplate, type TemplateUse } from './template.ts';
import {
  durationPattern,
  durationUnits,
  formatCount,
  formatDuration,
  formatSize,
  parseDuration,
  parseRate,
  parseShare,
  parseSize,
  ratePattern,
  sharePattern,
  sizePattern,
  sizeUnits,
} from './units.ts';

/** The input is what stands in the YAML file (text, or the number 0); the output is a number. */
type UnitField = z.ZodType<number, string | 0>;

/** What every message is: a clause that "but is <value>" can follow. */
const rules = {
  duration: 'must be a duration such as 30s, 250ms or 2m',
  size: 'must be a size such as 256B, 4KiB or 1MB',
  rate: 'must be a rate such as 100/s, 6/m or 1/10s',
  share: 'must be a share such as 50%, at most 100%',
} as const;

/** What else there is to know, for editors and the documentation. */
const more = {
  duration: `; units ${durationUnits.join(', ')}; several may follow each other, as 1m30s`,
  size: `; units ${sizeUnits.join(', ')}; KB, MB and GB are thousands, KiB, MiB and GiB 1,024s`,
  rate: '; 1/10s is one in ten seconds',
  share: '',
} as const;

/** Named, so that the JSON Schema holds each once. */
const inputs = {
  duration: unitInput('duration', durationPattern),
  size: unitInput('size', sizePattern),
  rate: unitInput('rate', ratePattern),
  share: unitInput('share', sharePattern),
} as const;

function unitInput(kind: keyof typeof rules, pattern: RegExp) {
  const rule = rules[kind];
  return z.union([z.string(rule).regex(pattern, rule), z.literal(0, rule)], rule).meta({
    id: kind,
    description: `${rule.replace('must be ', '')}${more[kind]}`,
  });
}

/** Milliseconds; the bounds, too, and both are included. */
export function duration(bounds: { min?: number; max?: number } = {}): UnitField {
  return unitField('duration', parseDuration, bounds, formatDuration);
}

/** Bytes; the bounds, too. */
export function size(bounds: { min?: number; max?: number } = {}): UnitField {
  return unitField('size', parseSize, bounds, formatSize);
}

/** Operations per second. */
export function rate(): UnitField {
  return unitField('rate', parseRate, {}, String);
}

/** 0 to 1, from "50%". */
export function share(): UnitField {
  return unitField('share', parseShare, {}, String);
}

function unitField(
  kind: keyof typeof rules,
  parse: (text: string) => number | undefined,
  bounds: { min?: number; max?: number },
  format: (value: number) => string,
): UnitField {
  const rule = rules[kind];
  return inputs[kind].transform((text, context) => {
    const value = parse(String(text));
    const message = value === undefined ? rule : outside(value, bounds, format);
    if (value !== undefined && message === undefined) return value;
    context.issues.push({ code: 'custom', message: message ?? rule, input: text });
    return z.NEVER;
  });
}

function outside(value: number, bounds: { min?: number; max?: number }, format: (value: number) => string) {
  if (bounds.min !== undefined && value < bounds.min) return `must be at least ${format(bounds.min)}`;
  if (bounds.max !== undefined && value > bounds.max) return `must be at most ${format(bounds.max)}`;
  return undefined;
}

/** A whole number. */
export function count(bounds: { min?: number; max?: number } = {}): z.ZodType<number, number> {
  const { min = 0, max } = bounds;
  const range = max === undefined ? `of at least ${min}` : `from ${min} to ${formatCount(max)}`;
  const rule = `must be a whole number ${range}`;
  const atLeast = z.int(rule).min(min, rule);
  return max === undefined ? atLeast : atLeast.max(max, rule);
}

const reserved = ['spread', 'all', 'total', 'outside'];

/** Of a group or a broker. */
export function name(): z.ZodType<string, string> {
  const rule = 'must be a name: letters, digits, and after the first of them also _ . -';
  return z
    .string(rule)
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, rule)
    .refine((text) => !reserved.includes(text), `must not be one of the reserved names ${reserved.join(', ')}`);
}

export function qos(): z.ZodType<0 | 1 | 2, 0 | 1 | 2> {
  return z.literal([0, 1, 2], 'must be 0, 1 or 2');
}

/** An IPv4 or IPv6 address. */
export function ipAddress(): z.ZodType<string, string> {
  return z.string(ipRule).refine((text) => isIP(text) !== 0, ipRule);
}
const ipRule = 'must be an IP address such as 192.0.2.10';

/** True or false. */
export function flag(): z.ZodType<boolean, boolean> {
  return z.boolean('must be true or false');
}

/** Any text, the empty one included. */
export function text(): z.ZodType<string, string> {
  return z.string('must be text');
}

/** Text with {fields}; checked here, compiled where it is used. */
export function template(use: TemplateUse): z.ZodType<string, string> {
  return z
    .string('must be text')
    .min(1, 'must have at least one character')
    .superRefine((written, context) => {
      const compiled = compileTemplate(written, use);
      if (!('problem' in compiled)) return;
      const params = compiled.hint === undefined ? {} : { hint: compiled.hint };
      context.addIssue({ code: 'custom', message: compiled.problem, params });
    })
    .meta({ title: 'template' });
}

/** Maximum bytes of an MQTT string. */
const maxStringBytes = 65_535;

/** A text that MQTT can carry: at most 65,535 bytes, no U+0000 [MQTT-1.5.4-2]. */
export function mqttText(): z.ZodType<string, string> {
  return z
    .string('must be text')
    .refine((value) => !value.includes('\u0000'), 'must not contain U+0000 [MQTT-1.5.4-2]')
    .refine((value) => new TextEncoder().encode(value).length <= maxStringBytes, 'must have at most 65,535 bytes');
}

/** One entry or a list of them, read as a list. The rule is for what is neither: "must ...". */
export function oneOrMany<Output, Input>(
  entry: z.ZodType<Output, Input>,
  rule: string,
): z.ZodType<Output[], Input | Input[]> {
  return z
    .union([entry, z.array(entry)], rule)
    .transform((value) => (Array.isArray(value) ? value : [value]) as Output[]);
}
