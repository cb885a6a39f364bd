/** Cost: a random payload is one buffer for all clients of a job, the stamp written into it; text is rendered a message. */
import { z } from 'zod';
import { size, template } from '../base/fields.ts';
import { randomBytes } from '../base/random.ts';
import { compileTemplate, type Template } from '../base/template.ts';
import { formatSize } from '../base/units.ts';
import type { Outgoing } from '../clients/client.ts';
import type { Protocol } from '../mqtt/packets.ts';
import { type StampPlace, stampBytes, stampText, writeStamp } from './stamp.ts';
import type { Identity, JobContext } from './workload.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** As the plan carries it: bytes of a random payload, or the text template of a given one. */
export type PayloadOptions = number | { readonly text: string } | { readonly json: Json };

const maxPayloadBytes = 268_435_455 - 70_000;

/** Any value whose strings are templates that exist. */
const json: z.ZodType<Json> = z.json('must be a JSON value').superRefine((value, context) => {
  const compiled = compileTemplate(jsonTemplate(value as Json), 'payload');
  if ('problem' in compiled) context.addIssue({ code: 'custom', message: compiled.problem });
});

export const payloadField: z.ZodType<PayloadOptions> = z.union(
  [
    size({ max: maxPayloadBytes }),
    z.strictObject({
      text: template('payload').describe('Text with {fields}; {stamp} is where its time and number go.'),
    }),
    z.strictObject({ json: json.describe('Any value; its strings may hold {fields}.') }),
  ],
  'must be a size such as 256B, or { text: ... }, or { json: ... }',
);

/** Braces of JSON itself are doubled, so that only the fields in its strings are left. */
function jsonTemplate(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonTemplate).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, one]) => `${escapeBraces(JSON.stringify(key))}:${jsonTemplate(one)}`,
  );
  return `{{${entries.join(',')}}}`;
}

function escapeBraces(text: string): string {
  return text.replaceAll('{', '{{').replaceAll('}', '}}');
}

/** The template of a payload given as text or JSON; the problem is a rule clause. */
export function payloadTemplate(options: PayloadOptions): Template | undefined | { readonly problem: string } {
  if (typeof options === 'number') return undefined;
  return compileTemplate('text' in options ? options.text : jsonTemplate(options.json), 'payload');
}

function templateOf(options: PayloadOptions): Template | undefined {
  const compiled = payloadTemplate(options);
  if (compiled !== undefined && 'problem' in compiled) throw new Error(compiled.problem);
  return compiled;
}

/** How deliveries are told apart: in the payload, in an MQTT 5 user property, or not at all. */
export function stampPlace(options: PayloadOptions, protocol: Protocol): StampPlace {
  if (typeof options === 'number') return options >= stampBytes ? 'payload' : 'none';
  if (templateOf(options)?.fields.includes('stamp')) return 'payload';
  return protocol === '5' ? 'property' : 'none';
}

export function describePayload(options: PayloadOptions): string {
  if (typeof options === 'number') return `${formatSize(options)} payload`;
  return 'text' in options ? 'text payload' : 'JSON payload';
}

/** Without what its fields will hold. */
export function usualBytes(options: PayloadOptions): number {
  if (typeof options === 'number') return options;
  return Buffer.byteLength('text' in options ? options.text : JSON.stringify(options.json));
}

/** Fills the payload of the next message of one client. */
export type Fill = (message: Outgoing, sequence: number, dueUs: number, lagUs: number) => void;

export function preparePayload(options: PayloadOptions, context: JobContext): (who: Identity, stream: number) => Fill {
  const { tag, protocol, seed } = context;
  const place = stampPlace(options, protocol);
  if (typeof options === 'number') {
    const shared = Buffer.from(randomBytes(options, seed));
    return (_, stream) => (message, sequence, dueUs, lagUs) => {
      if (place === 'payload') writeStamp(shared, 0, tag, lagUs, stream, sequence, dueUs);
      message.payload = shared;
    };
  }
  const template = templateOf(options) as Template;
  return (who, stream) => {
    const fixed = template.varies ? undefined : Buffer.from(template.render(who, 0, 0));
    return (message, sequence, dueUs, lagUs) => {
      const stamp = place === 'none' ? '' : stampText(tag, lagUs, stream, sequence, dueUs);
      const before = message.payload.length;
      message.payload = fixed ?? Buffer.from(template.render(who, sequence, Date.now(), stamp));
      if (place === 'property') message.userProperty = ['stamp', stamp];
      if (place === 'property' || message.payload.length !== before) message.memo = null;
    };
  };
}
