import { appendFile, stat } from 'node:fs/promises';
import { UserError } from '../../base/errors.ts';
import { stepParts } from '../../reporters/github.ts';
import type { ReportTarget } from '../run-options.ts';
import { Kept, nameOf, nowhere, type Place, plainOutput } from './place.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** GitHub shows nothing of a longer one. */
const mostSummaryBytes = 1024 * 1024;

const files: Readonly<Record<string, string>> = {
  [stepParts.summary]: 'GITHUB_STEP_SUMMARY',
  [stepParts.outputs]: 'GITHUB_OUTPUT',
};

/** The step that this program runs in: its summary and outputs are files that are added to, annotations are lines of its log. */
export function stepPlace(target: ReportTarget, env: Environment, log: NodeJS.WritableStream): Place {
  const texts = new Map(Object.keys(files).map((part) => [part, new Kept()]));
  return {
    output: plainOutput(nowhere(), { part: (name) => texts.get(name) ?? log }),
    async publish() {
      const failures: string[] = [];
      for (const [part, variable] of Object.entries(files)) {
        const text = texts.get(part)?.take() ?? Buffer.alloc(0);
        if (text.length === 0) continue;
        const path = env[variable] ?? '';
        await add(part, path, text).catch((error: Error) => {
          failures.push(
            path === '' ? `${variable} is not set` : `${variable}=${path}: ${error.message.replace(/, \w+ '.*$/s, '')}`,
          );
        });
      }
      if (failures.length > 0)
        throw new UserError(`${nameOf(target)}: cannot be written`, { cause: new Error(failures.join('; ')) });
    },
    discard() {},
  };
}

async function add(part: string, path: string, text: Buffer): Promise<void> {
  const before = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  if (part === stepParts.summary && before + text.length > mostSummaryBytes)
    throw new Error('it is full: GitHub takes 1 MiB a step');
  await appendFile(path, text);
}
