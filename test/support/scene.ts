import type { Client, OpenClient, Session } from '../../src/clients/client.ts';
import { RecordingListener } from './listener.ts';
import { type Script, type ScriptedBroker, startScriptedBroker } from './scripted-broker.ts';
import { sessionTo } from './session.ts';

/** A client at a scripted broker, and what it tells. */
export interface Scene {
  readonly client: Client;
  readonly told: RecordingListener;
  readonly broker: ScriptedBroker;
}

export type Play = (scene: Scene) => Promise<void>;

/** A connected client at a scripted broker. */
export async function play(
  open: OpenClient,
  script: Script,
  session: Partial<Session>,
  run: Play,
  byteByByte = false,
): Promise<void> {
  const broker = await startScriptedBroker(script, { byteByByte });
  const told = new RecordingListener();
  const client = open(sessionTo(broker.url, session), told);
  try {
    client.connect();
    await told.untilConnected();
    await run({ client, told, broker });
  } finally {
    client.destroy();
    await broker.stop();
  }
}
