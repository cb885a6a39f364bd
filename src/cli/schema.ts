import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { schemaText } from '../scenario/schema.ts';

/** Prints the JSON Schema of scenarios, for editors. */
export async function schema({ out }: { readonly out: NodeJS.WritableStream }): Promise<ExitCode> {
  out.write(schemaText());
  return exitCode.passed;
}
