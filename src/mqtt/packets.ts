export type Qos = 0 | 1 | 2;
export type Protocol = '3.1' | '3.1.1' | '5';

/** What the server publishes for a client whose connection breaks [MQTT-3.1.2-8]. `delayS`: MQTT 5 only. */
export interface Will {
  readonly topicName: string;
  readonly payload: string;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly delayS: number;
}
