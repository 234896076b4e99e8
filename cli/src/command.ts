/**
 * What a command of `tavola` is, and how it refuses a command line.
 */

import { CodedError } from "@tavola/base";
import type { Terminal } from "./terminal.ts";

export interface Command {
  /** What `tavola help NAME` prints: a synopsis, a description, the options. */
  readonly usage: string;
  /** The exit status. CodedErrors are told in one sentence; any other error is a bug of ours. */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

/** The command line is wrong; `message` is one sentence that names what, and what was wanted. */
export function usageError(message: string): CodedError {
  return new CodedError("USAGE", message);
}
