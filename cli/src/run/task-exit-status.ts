/**
 * The exit status of the command behind a task, from its last status update.
 *
 * A status has no field for it: Mesos's command executor, and ours in its words, say it in the
 * message ("Command exited with status 3", "Command terminated with signal Killed"). These words are
 * part of what other tools read, and change in neither.
 */

import type { TaskStatus } from "@tavola/protocol";
import { exitStatus, signalExitStatus } from "../exit-status.ts";

/** `strsignal` of glibc, which Mesos prints; the numbers are those of Linux. */
const signals: Readonly<Record<string, number>> = {
  Hangup: 1,
  Interrupt: 2,
  Quit: 3,
  "Illegal instruction": 4,
  "Trace/breakpoint trap": 5,
  Aborted: 6,
  "Bus error": 7,
  "Floating point exception": 8,
  Killed: 9,
  "User defined signal 1": 10,
  "Segmentation fault": 11,
  "User defined signal 2": 12,
  "Broken pipe": 13,
  "Alarm clock": 14,
  Terminated: 15,
};

/** 0 for TASK_FINISHED; the code; 128 + the signal; 137 for a memory limit; else 125: it did not run, or was lost. */
export function taskExitStatus(status: TaskStatus): number {
  const { state, message = "", reason } = status;
  if (state === "TASK_FINISHED") return exitStatus.ok;
  const code = /exited with status (\d+)/.exec(message)?.[1];
  if (code !== undefined)
    return state === "TASK_KILLED" && code === "0" ? signalExitStatus(15) : Number(code);
  const name = /terminated with signal ([^(]+?)(?: \(core dumped\))?$/.exec(message)?.[1];
  if (name !== undefined) {
    const signal = signals[name] ?? Number(/\d+$/.exec(name)?.[0] ?? 15);
    return signalExitStatus(signal);
  }
  if (reason === "REASON_CONTAINER_LIMITATION_MEMORY") return signalExitStatus(9);
  return state === "TASK_KILLED" ? signalExitStatus(15) : exitStatus.notRun;
}

/** Whether the message says more than the exit status does. */
export function isTelling(status: TaskStatus): boolean {
  const { message = "" } = status;
  return message !== "" && !/^Command (exited with status|terminated with signal)/.test(message);
}
