import { z } from 'zod';
import { duration, flag, name, text } from '../base/fields.ts';
import { brokerField, clusterField } from './brokers.ts';
import { compareField } from './compare.ts';
import { groupField } from './groups.ts';
import { thresholdsField } from './thresholds.ts';

/** The whole language. What goes in is the YAML value; what comes out has times in ms, sizes in bytes, rates a second, shares 0 to 1. */
export const scenarioSchema = z.strictObject({
  name: text().describe('A title for reports. Default: the name of the file.').optional(),
  description: text().describe('What the scenario is for.').optional(),
  brokers: z
    .array(brokerField, 'must be a list of brokers')
    .min(1, 'must have at least one broker')
    .describe('Where the clients connect. Omitted: the embedded broker, for trying out.')
    .optional(),
  cluster: clusterField,
  allowDuplicateIds: flag()
    .describe("True: clients may have the same id, and take over each other's connections: on purpose.")
    .prefault(false),
  warmUp: duration()
    .describe(
      'Traffic that is not counted. Default 2s; 0 where every publish entry has a message limit, or with stages and no duration.',
    )
    .optional(),
  duration: duration({ min: 1 })
    .describe(
      'Traffic that is counted. Default 30s; with message limits, until all are sent; with stages, their length.',
    )
    .optional(),
  drain: duration().describe('At most so long for what is in flight at the end.').prefault('10s'),
  groups: z
    .record(name(), groupField, 'must be a map of groups')
    .refine((groups) => Object.keys(groups).length > 0, 'must have at least one group')
    .describe('Who takes part: clients that share settings and workloads, by the name of their group.'),
  thresholds: thresholdsField,
  compare: compareField.optional(),
});

export type ScenarioFields = z.output<typeof scenarioSchema>;

/** For editors: what `mqtt-stress schema` prints and schema/scenario.schema.json holds. */
export function jsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(scenarioSchema, { io: 'input' });
  return {
    $schema,
    title: 'mqtt-stress scenario',
    description: 'A load test of MQTT brokers: brokers, times, groups of clients and thresholds.',
    ...schema,
  };
}

/** The same as the text of a file. */
export function schemaText(): string {
  return `${JSON.stringify(jsonSchema(), null, 2)}\n`;
}
