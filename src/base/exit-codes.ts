/** What the process tells its caller. */
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

/** A mistake that was found before the run ends the command at once; here `usage` is a report that could not be written. */
const gravestFirst: readonly ExitCode[] = [
  exitCode.bug,
  exitCode.notStarted,
  exitCode.interrupted,
  exitCode.terminated,
  exitCode.usage,
  exitCode.untrusted,
  exitCode.failed,
  exitCode.worse,
];

/** Of several the one to end with; `passed` where there is none. */
export function gravest(codes: readonly ExitCode[]): ExitCode {
  return gravestFirst.find((code) => codes.includes(code)) ?? exitCode.passed;
}
