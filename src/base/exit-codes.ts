/** What the process tells its caller; the first that applies, in the order bug, usage, notStarted, interrupted, untrusted, failed, worse. */
export const exitCode = {
  passed: 0,
  bug: 1,
  usage: 2,
  notStarted: 3,
  untrusted: 4,
  worse: 98,
  failed: 99,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
