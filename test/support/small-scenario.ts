import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';

/** A folder that goes with the tests of this file. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-stress-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** 10 clients publish 50 messages in a second, each to itself; how the arguments of a run of it begin. What the machine is busy with is not judged. */
export function smallScenario(path: string): readonly string[] {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    `warmUp: 0s
duration: 1s
groups:
  both:
    clients: 10
    publish: { topic: "t/{index}", qos: 1, rate: 5/s }
    subscribe: { topic: "t/{index}", qos: 1 }
`,
  );
  return ['run', path, '--allow-invalid'];
}
