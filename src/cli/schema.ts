import { type ExitCode, exitCode } from '../base/exit-codes.ts';
import { referencePage } from '../scenario/reference.ts';
import { schemaText } from '../scenario/schema.ts';

export type SchemaOptions = { readonly markdown?: boolean; readonly out: NodeJS.WritableStream };

/** Prints the language of scenarios: as JSON Schema for editors, or as the page that people read. */
export async function schema({ markdown = false, out }: SchemaOptions): Promise<ExitCode> {
  out.write(markdown ? await referencePage() : schemaText());
  return exitCode.passed;
}
