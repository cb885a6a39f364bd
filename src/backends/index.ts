import type { Backend } from './backend.ts';

/** Where the shares of a plan run. */
export const backends = {
  inline: async (): Promise<Backend> => (await import('./inline.ts')).inline,
  threads: async (): Promise<Backend> => (await import('./threads.ts')).threads,
};
