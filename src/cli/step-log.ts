import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { annotation, type Spot } from '../reporters/github/commands.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** True within a step of GitHub Actions, and of those who do as it does. */
export function isStep(env: Environment): boolean {
  return env['GITHUB_ACTIONS'] === 'true';
}

const placed = /^(.+?):(\d+):(\d+): (.*)$/;
/** "    3 | text", and the caret below it. */
const quoted = /^ *[0-9]* \| /;

/** Problems as they are told to people, once more as annotations: at their place in the repository; none outside of a step. */
export function problemAnnotations(told: string, env: Environment): string {
  if (!isStep(env)) return '';
  const problems: { spot: Spot; lines: string[] }[] = [];
  for (const line of told.split('\n').filter((each) => !quoted.test(each))) {
    const [, file = '', row, column, statement = ''] = placed.exec(line) ?? [];
    const last = problems.at(-1);
    if (row !== undefined) {
      const spot = spotOf(file, Number(row), Number(column), env);
      problems.push({ spot, lines: [spot.file === undefined ? line : statement] });
    } else if (last !== undefined && (line.startsWith(' ') || last.spot.line === undefined))
      last.lines.push(line.trim());
    else problems.push({ spot: {}, lines: [line] });
  }
  return problems
    .map(({ spot, lines }) => annotation('error', { ...spot, title: 'mqtt-stress' }, lines.join('\n')))
    .join('');
}

/** A bundled scenario is no file of the repository: its problems have no place there. */
function spotOf(file: string, line: number, col: number, env: Environment): Spot {
  if (!existsSync(file)) return {};
  const fromRoot = relative(env['GITHUB_WORKSPACE'] ?? '.', resolve(file));
  return { file: fromRoot.startsWith('..') ? file : fromRoot, line, col };
}
