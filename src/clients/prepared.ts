/** Cost: a field read a message; the packet is built once a topic, payload size and property. */
import type { Protocol } from '../mqtt/packets.ts';
import { type PublishTemplate, publishTemplate } from '../mqtt/publish-template.ts';
import type { Outgoing } from './client.ts';

/** The packet of a message without packet id and payload; kept in its memo until the caller clears that. */
export function prepared(message: Outgoing, protocol: Protocol): PublishTemplate {
  if (message.memo !== null) return message.memo as PublishTemplate;
  const { topicName, payload, qos, retain, userProperty } = message;
  const template = publishTemplate(protocol, topicName, payload.length, qos, retain, userProperty);
  message.memo = template;
  return template;
}

/** Whether the packet of a message is larger than a server takes; Infinity: any size. */
export function isLarger(message: Outgoing, protocol: Protocol, mostBytes: number): boolean {
  if (mostBytes === Number.POSITIVE_INFINITY) return false;
  return prepared(message, protocol).header.length + message.payload.length > mostBytes;
}
