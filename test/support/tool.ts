import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Of a test that asks a program which need not be there: why it is skipped, or false. */
export function without(program: string): string | false {
  const found = (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return found ? false : `${program} is not installed`;
}
