/**
 * What the exit statuses of `tavola` mean. docs/reference/cli.md has the same list for people.
 */

export const exitStatus = {
  ok: 0,
  /** It was tried, and did not work. */
  failed: 1,
  /** The command line is wrong (sysexits' EX_USAGE). */
  usage: 64,
  /** No master, agent or store could be reached (sysexits' EX_UNAVAILABLE). */
  unavailable: 69,
  /** `tavola run`: the cluster could not run the command, or lost it. */
  notRun: 125,
} as const;

/** What a shell reports for a process that a signal ended. */
export function signalExitStatus(signal: number): number {
  return 128 + signal;
}
