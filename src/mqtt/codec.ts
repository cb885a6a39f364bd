import mqttPacket from 'mqtt-packet';
import type { Protocol, Will } from './packets.ts';

export type ConnectFields = {
  readonly clientId: string;
  readonly protocol: Protocol;
  readonly cleanStart: boolean;
  readonly keepAliveS: number;
  readonly username?: string;
  readonly password?: string;
  /** MQTT 5 only; absent: the session ends with the connection. */
  readonly sessionExpiryS?: number;
  readonly will?: Will;
};

// Its table of 65,536 buffers would cost every thread 40 ms and several megabytes, in the time of the first connection.
mqttPacket.writeToStream.cacheNumbers = false;

type Packet = mqttPacket.Packet;
export type ConnackPacket = mqttPacket.IConnackPacket;

const versions = { '3.1': 3, '3.1.1': 4, '5': 5 } as const;

export function protocolVersion(protocol: Protocol): 3 | 4 | 5 {
  return versions[protocol];
}

/** MQTT 3.1 calls its protocol MQIsdp, later versions MQTT. */
export function encodeConnect(fields: ConnectFields): Buffer {
  const version = versions[fields.protocol];
  return mqttPacket.generate({
    cmd: 'connect',
    clientId: fields.clientId,
    protocolVersion: version,
    protocolId: version === 3 ? 'MQIsdp' : 'MQTT',
    clean: fields.cleanStart,
    keepalive: fields.keepAliveS,
    ...(fields.username === undefined ? {} : { username: fields.username }),
    ...(fields.password === undefined ? {} : { password: Buffer.from(fields.password) }),
    ...(fields.will === undefined ? {} : { will: encodeWill(fields.will, version) }),
    ...(version === 5 && fields.sessionExpiryS !== undefined
      ? { properties: { sessionExpiryInterval: fields.sessionExpiryS } }
      : {}),
  });
}

function encodeWill({ topicName, payload, qos, retain, delayS }: Will, version: number) {
  return {
    topic: topicName,
    payload: Buffer.from(payload),
    qos,
    retain,
    ...(version === 5 && delayS > 0 ? { properties: { willDelayInterval: delayS } } : {}),
  };
}

export function encodeSubscribe(
  protocol: Protocol,
  packetId: number,
  filters: readonly { readonly topicFilter: string; readonly qos: 0 | 1 | 2 }[],
): Buffer {
  const subscriptions = filters.map(({ topicFilter, qos }) => ({ topic: topicFilter, qos }));
  return encode({ cmd: 'subscribe', messageId: packetId, subscriptions }, protocol);
}

/** The complete packet, with packet id 1 where there is one and zeros as payload. */
export function encodePublish(
  protocol: Protocol,
  topicName: string,
  payloadBytes: number,
  qos: 0 | 1 | 2,
  retain: boolean,
  userProperty: readonly [string, string] | undefined,
): Buffer {
  const packet: mqttPacket.IPublishPacket = {
    cmd: 'publish',
    topic: topicName,
    payload: Buffer.alloc(payloadBytes),
    qos,
    retain,
    dup: false,
    messageId: 1,
  };
  if (userProperty !== undefined) packet.properties = { userProperties: { [userProperty[0]]: userProperty[1] } };
  return encode(packet, protocol);
}

export const pingreq = Uint8Array.of(0xc0, 0);

/** `endSession`: the server shall forget the session at once, which only MQTT 5 can say [MQTT-3.14.2.2.2]. */
export function encodeDisconnect(protocol: Protocol, endSession = false): Buffer {
  if (!endSession || protocol !== '5') return encode({ cmd: 'disconnect' }, protocol);
  return encode({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } }, protocol);
}

function encode(packet: Packet, protocol: Protocol): Buffer {
  return mqttPacket.generate(packet, { protocolVersion: versions[protocol] });
}

/** Remaining lengths below which a packet lacks its code: CONNACK flags and code, SUBACK id and one code. */
const shortest: Readonly<Record<string, number>> = { connack: 2, suback: 3 };

/** One whole packet; where it is malformed `failed` is told why. */
export function decodeOr(bytes: Buffer, protocol: Protocol, failed: (why: string) => void): Packet | undefined {
  try {
    return decode(bytes, protocol);
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** One whole packet; throws where it is malformed. */
export function decode(bytes: Buffer, protocol: Protocol): Packet {
  const parser = mqttPacket.parser({ protocolVersion: versions[protocol] });
  let result: Packet | undefined;
  parser.on('packet', (packet: Packet) => {
    result = packet;
  });
  parser.on('error', (error: Error) => {
    throw error;
  });
  parser.parse(bytes);
  if (result === undefined) throw new Error('incomplete packet');
  // mqtt-packet takes what is missing for success: no code, or packet id -1.
  if ((result.length ?? 0) < (shortest[result.cmd] ?? 0)) throw new Error(`short ${result.cmd}`);
  return result;
}

/** Does everything once that a first connection would else do for the first time, in the time that is measured. */
export function warmUp(): void {
  for (const protocol of ['3.1.1', '5'] as const) {
    const fields = { clientId: 'warm-up', protocol, cleanStart: true, keepAliveS: 60 };
    const properties = protocol === '5' ? [0] : [];
    for (let i = 0; i < 20; i++) {
      encodeConnect(fields);
      encodeSubscribe(protocol, 1, [{ topicFilter: 'warm/+', qos: 1 }]);
      encodePublish(protocol, 'warm/up', 16, 1, false, undefined);
      decode(Buffer.from([0x20, 2 + properties.length, 0, 0, ...properties]), protocol);
      decode(Buffer.from([0x90, 3 + properties.length, 0, 1, ...properties, 1]), protocol);
    }
  }
}
