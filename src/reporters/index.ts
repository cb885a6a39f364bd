import type { OpenReporter } from './reporter.ts';

/** Every way to tell a run, by the name that --report takes. */
export const reporters = {
  progress: async () => (await import('./progress.ts')).progress,
  text: async () => (await import('./text.ts')).text,
  verdict: async () => (await import('./verdict.ts')).verdict,
  json: async () => (await import('./json.ts')).json,
  html: async () => (await import('./html.ts')).html,
} satisfies Record<string, () => Promise<OpenReporter>>;
