/** A packet as mqtt-packet parses it. */
interface Parsed {
  readonly cmd: string;
  readonly messageId?: number;
  readonly topic?: string;
  readonly qos?: number;
}

const acknowledgements: readonly string[] = ['puback', 'pubrec', 'pubrel', 'pubcomp'];
const ofServers: readonly string[] = [
  'publish',
  ...acknowledgements,
  'suback',
  'pingresp',
  'connack',
  'disconnect',
  'auth',
];

/** What is wrong with a packet that the parser let pass, as words that follow its name; null: nothing. */
export function flawOf({ cmd, messageId = 0, topic, qos = 0 }: Parsed, accepted: boolean): string | null {
  if (!ofServers.includes(cmd)) return 'comes from clients only';
  if (accepted === (cmd === 'connack')) return accepted ? 'comes once only' : 'came before CONNACK';
  // No topic alias was allowed, so an empty name is an error [MQTT-4.7.3-1].
  if (topic === '') return 'without a topic name';
  // The parser says -1 where a packet is too short for its id; 0 is none either [MQTT-2.2.1-3].
  const carriesId = cmd === 'suback' || acknowledgements.includes(cmd) || (cmd === 'publish' && qos > 0);
  return carriesId && messageId < 1 ? 'without a packet id' : null;
}
