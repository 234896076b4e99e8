/**
 * A service's command as a child: run, waited for, told to end.
 *
 * It is in a process group of its own, so that Ctrl-C reaches whoever announced it first, and the
 * service only after it was withdrawn.
 */

import { spawn } from "node:child_process";
import { constants } from "node:os";
import { CodedError } from "@tavola/base";
import { signalExitStatus } from "../exit-status.ts";

export interface AnnouncedCommand {
  /** Its exit status, as a shell would report it. Rejects with CANNOT_RUN. */
  readonly ended: Promise<number>;
  /** To it and what it started; nothing when it has ended. */
  signal(signal: NodeJS.Signals): void;
}

export function runAnnounced(command: readonly string[]): AnnouncedCommand {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: "inherit", detached: true });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new CodedError("CANNOT_RUN", `cannot run ${program}`, {}, { cause })),
    );
    child.once("exit", (code, signal) =>
      resolve(code ?? signalExitStatus(signal === null ? 0 : constants.signals[signal])),
    );
  });
  return {
    ended,
    signal(signal) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      try {
        process.kill(-child.pid, signal);
      } catch (error) {
        // It has just ended.
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    },
  };
}
