/** Cost: one call to fill the payload and one to the client a message; a topic that varies is rendered a message. */
import { z } from 'zod';
import { count, flag, qos, template } from '../base/fields.ts';
import { compileTemplate, type Template } from '../base/template.ts';
import type { Client, Outgoing } from '../clients/client.ts';
import { constant } from '../pacing/constant.ts';
import { type PacingOptions, pacings } from '../pacing/index.ts';
import type { Pacing } from '../pacing/pacer.ts';
import type { Fill, PayloadOptions } from './payload.ts';
import { describePayload, payloadField, preparePayload, stampPlace } from './payload.ts';
import type { Identity, Work, Workload } from './workload.ts';

export type PublishOptions = PacingOptions & {
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly messages?: number;
  readonly payload: PayloadOptions;
};

const nothing = new Uint8Array(0);
const members: readonly Pacing<PacingOptions>[] = Object.values(pacings);
const pacingShape = Object.assign({}, ...members.map(({ shape }) => shape)) as Readonly<Record<string, z.ZodType>>;
const pacingKeys = Object.keys(pacingShape);
/** Without any rate: once a second each client. */
const unasked = { rate: 1 };

const options = z
  .strictObject({
    topic: template('topic').describe('The topic name; may hold {fields}.'),
    qos: qos().describe('The QoS of each PUBLISH. Default 0.').default(0),
    retain: flag().describe('Sets the RETAIN flag. Default false.').default(false),
    messages: count({ min: 1 }).describe('So many publishes of each client, then no more.').optional(),
    payload: payloadField
      .describe('A size such as 256B, or { text: ... }, or { json: ... }. Default 256B.')
      .default(256),
    ...pacingShape,
  })
  .superRefine((entry, context) => {
    const given = pacingKeys.filter((key) => (entry as Record<string, unknown>)[key] !== undefined);
    if (given.length < 2) return;
    const message = `must have only one of ${pacingKeys.join(', ')}, but has ${given.join(' and ')}`;
    context.addIssue({ code: 'custom', message, params: { atKey: true } });
  });

/** What the member whose keys are given says. */
function first<T>(ask: (member: Pacing<PacingOptions>) => T | undefined): T | undefined {
  for (const member of members) {
    const answer = ask(member);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function topicOf(topic: string): Template {
  const compiled = compileTemplate(topic, 'topic');
  if ('problem' in compiled) throw new Error(compiled.problem);
  return compiled;
}

class PublishWork implements Work {
  readonly #message: Outgoing;
  readonly #fill: Fill;
  readonly #topic: Template | null;
  readonly #who: Identity;

  constructor(message: Outgoing, fill: Fill, topic: Template | null, who: Identity) {
    this.#message = message;
    this.#fill = fill;
    this.#topic = topic;
    this.#who = who;
  }

  operate(client: Client, sequence: number, dueUs: number, nowUs: number): boolean {
    const message = this.#message;
    message.sequence = sequence;
    this.#fill(message, sequence, dueUs, nowUs - dueUs);
    if (this.#topic !== null) {
      message.topicName = this.#topic.render(this.#who, sequence, Date.now());
      message.memo = null;
    }
    return client.publish(message, dueUs, nowUs);
  }
}

/** Publishes at the pace of a pacer, or in a closed loop. */
export const publish: Workload<PublishOptions> = {
  options: options as unknown as z.ZodType<PublishOptions>,

  pacer(entry, clients) {
    if (entry.rate === 'max') return null;
    return first((member) => member.pacer(entry, clients)) ?? constant.pacer(unasked, clients) ?? null;
  },

  limit: ({ messages }) => messages ?? null,

  publication({ topic, qos, retain, payload }, who, { protocol }) {
    const levels = topicOf(topic).levels(who);
    return { levels, qos, retain, stamp: stampPlace(payload, protocol) };
  },

  prepare({ topic, qos, retain, payload }, context) {
    const template = topicOf(topic);
    const fillOf = preparePayload(payload, context);
    return (who, stream) => {
      const topicName = template.varies ? '' : template.render(who, 0, 0);
      const message: Outgoing = { topicName, payload: nothing, qos, retain, stream, sequence: 0, memo: null };
      return new PublishWork(message, fillOf(who, stream), template.varies ? template : null, who);
    };
  },

  describe(entry, clients) {
    const pace = first((member) => member.describe(entry, clients)) ?? constant.describe(unasked, clients);
    const retained = entry.retain ? ', retained' : '';
    const limit = entry.messages === undefined ? '' : `, ${entry.messages} messages each`;
    return `publishes to ${entry.topic} at QoS ${entry.qos}${retained}, ${describePayload(entry.payload)}, ${pace}${limit}`;
  },
};
