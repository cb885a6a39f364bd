import type { ConnackPacket } from '../mqtt/codec.ts';
import type { Qos } from '../mqtt/packets.ts';
import { subscribeBytes } from '../mqtt/subscribe-size.ts';
import type { Session } from './client.ts';

/** What a server allows a connection (MQTT 5.0, 3.2.2.3); before MQTT 5 it cannot say so, and refuses instead. */
export interface Limits {
  readonly maximumQos: Qos;
  readonly retainAvailable: boolean;
  /** Bytes; Infinity: none was named. */
  readonly maximumPacketSize: number;
  readonly wildcardsAvailable: boolean;
  readonly sharedAvailable: boolean;
  /** Unacknowledged publishes at a time. */
  readonly receiveMaximum: number;
  /** What replaces ours; undefined: ours holds. */
  readonly keepAliveS: number | undefined;
  readonly sessionExpiryS: number | undefined;
  /** For a client that asked for one. */
  readonly assignedClientId: string | undefined;
}

export const noLimits: Limits = {
  maximumQos: 2,
  retainAvailable: true,
  maximumPacketSize: Number.POSITIVE_INFINITY,
  wildcardsAvailable: true,
  sharedAvailable: true,
  receiveMaximum: 65_535,
  keepAliveS: undefined,
  sessionExpiryS: undefined,
  assignedClientId: undefined,
};

/** What is absent is allowed [MQTT-3.2.2.3]. */
export function limitsOf(properties: ConnackPacket['properties']): Limits {
  if (properties === undefined) return noLimits;
  return {
    maximumQos: (properties.maximumQoS ?? 2) as Qos,
    retainAvailable: properties.retainAvailable !== false,
    maximumPacketSize: properties.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    wildcardsAvailable: properties.wildcardSubscriptionAvailable !== false,
    sharedAvailable: properties.sharedSubscriptionAvailable !== false,
    receiveMaximum: properties.receiveMaximum ?? 65_535,
    keepAliveS: properties.serverKeepAlive,
    sessionExpiryS: properties.sessionExpiryInterval,
    assignedClientId: properties.assignedClientIdentifier,
  };
}

/** Why a server's limits rule out a kind of publish, as `closed` tells it; undefined: they do not. */
export function forbids(
  { maximumQos, retainAvailable }: Limits,
  { qos, retain }: { readonly qos: Qos; readonly retain: boolean },
): { readonly cause: string; readonly detail: string } | undefined {
  if (qos > maximumQos) {
    const detail = `its Maximum QoS is ${maximumQos}, a publish asks for ${qos} [MQTT-3.2.2-11]`;
    return { cause: 'qos_not_supported', detail };
  }
  if (retain && !retainAvailable)
    return { cause: 'retain_not_supported', detail: 'it takes no retained messages [MQTT-3.2.2-14]' };
  return undefined;
}

const wildcardsRefused = 0xa2;
const sharedRefused = 0x9e;
const packetTooLarge = 0x95;

/** The reason code with which a server would refuse a filter that its limits rule out; undefined: they do not. */
export function filterRefusal(
  { wildcardsAvailable, sharedAvailable, maximumPacketSize }: Limits,
  topicFilter: string,
): number | undefined {
  if (subscribeBytes(topicFilter) > maximumPacketSize) return packetTooLarge;
  if (!sharedAvailable && topicFilter.startsWith('$share/')) return sharedRefused;
  return !wildcardsAvailable && /[+#]/.test(topicFilter) ? wildcardsRefused : undefined;
}

/** What a server changes of what was asked, each as a sentence part for people. */
export function changes(limits: Limits, session: Session): string[] {
  const { inFlight, keepAliveS, sessionExpiryS, clientId } = session;
  const changed: (string | false)[] = [
    limits.receiveMaximum < inFlight &&
      `at most ${limits.receiveMaximum} in flight (Receive Maximum), asked ${inFlight}`,
    limits.keepAliveS !== undefined &&
      limits.keepAliveS !== keepAliveS &&
      `keep-alive ${limits.keepAliveS}s, asked ${keepAliveS}s`,
    limits.sessionExpiryS !== undefined &&
      sessionExpiryS !== undefined &&
      limits.sessionExpiryS !== sessionExpiryS &&
      `sessions expire after ${limits.sessionExpiryS}s, asked ${sessionExpiryS}s`,
    Number.isFinite(limits.maximumPacketSize) && `packets of at most ${limits.maximumPacketSize} bytes`,
    limits.maximumQos < 2 && `QoS at most ${limits.maximumQos}`,
    !limits.retainAvailable && 'no retained messages',
    !limits.wildcardsAvailable && 'no wildcards in filters',
    !limits.sharedAvailable && 'no shared subscriptions',
    clientId === '' && limits.assignedClientId !== undefined && 'client ids that it assigns',
  ];
  return changed.filter((text) => text !== false);
}
