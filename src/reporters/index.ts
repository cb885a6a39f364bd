import type { OpenReporter } from './reporter.ts';

/** Every way to tell a run, by the name that --report takes. */
export const reporters = {
  progress: async () => (await import('./progress.ts')).progress,
  text: async () => (await import('./text.ts')).text,
  verdict: async () => (await import('./verdict.ts')).verdict,
  json: async () => (await import('./json.ts')).json,
  html: async () => (await import('./html.ts')).html,
  markdown: async () => (await import('./markdown.ts')).markdown,
  github: async () => (await import('./github.ts')).github,
  junit: async () => (await import('./junit.ts')).junit,
  csv: async () => (await import('./csv.ts')).csv,
  hgrm: async () => (await import('./hgrm.ts')).hgrm,
  benchmark: async () => (await import('./benchmark.ts')).benchmark,
  ndjson: async () => (await import('./ndjson.ts')).ndjson,
  prometheus: async () => (await import('./prometheus.ts')).prometheus,
  influx: async () => (await import('./influx.ts')).influx,
} satisfies Record<string, () => Promise<OpenReporter>>;
