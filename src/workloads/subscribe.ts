import { z } from 'zod';
import { qos, template } from '../base/fields.ts';
import { compileTemplate, type Template } from '../base/template.ts';
import type { Workload } from './workload.ts';

export type SubscribeOptions = { readonly topic: string; readonly qos?: 0 | 1 | 2 };

const listen = {};

function filterOf(topic: string): Template {
  const compiled = compileTemplate(topic, 'topic');
  if ('problem' in compiled) throw new Error(compiled.problem);
  return compiled;
}

/** Listens to one topic filter; the fleet counts what comes. */
export const subscribe: Workload<SubscribeOptions> = {
  options: z.strictObject({
    topic: template('topic').describe('The topic filter; may hold {fields}, + and #, and begin with $share/name/.'),
    qos: qos()
      .describe('The highest QoS asked for. Default: the highest of the publish entries that it matches, else 0.')
      .optional(),
  }) as z.ZodType<SubscribeOptions>,

  filters({ topic, qos = 0 }, who) {
    return [{ topicFilter: filterOf(topic).render(who, 0, 0), qos }];
  },

  prepare: () => () => listen,

  describe({ topic, qos = 0 }) {
    return `subscribes to ${topic} at QoS ${qos}`;
  },
};
