/**
 * What a raw wait status says, in the words that Mesos uses. Pure.
 *
 * Source: WSTRINGIFY in Mesos's status_utils.hpp; the names of signals are glibc's strsignal(3).
 */

const signalNames: readonly string[] = [
  "Unknown signal 0",
  "Hangup",
  "Interrupt",
  "Quit",
  "Illegal instruction",
  "Trace/breakpoint trap",
  "Aborted",
  "Bus error",
  "Floating point exception",
  "Killed",
  "User defined signal 1",
  "Segmentation fault",
  "User defined signal 2",
  "Broken pipe",
  "Alarm clock",
  "Terminated",
  "Stack fault",
  "Child exited",
  "Continued",
  "Stopped (signal)",
  "Stopped",
  "Stopped (tty input)",
  "Stopped (tty output)",
  "Urgent I/O condition",
  "CPU time limit exceeded",
  "File size limit exceeded",
  "Virtual timer expired",
  "Profiling timer expired",
  "Window changed",
  "I/O possible",
  "Power failure",
  "Bad system call",
];

const firstRealTimeSignal = 34;
const lastSignal = 64;
const coreDumpedBit = 0x80;

/** The signal that ended it, or undefined when it exited. */
export function signalOf(status: number): number | undefined {
  const signal = status & 0x7f;
  return signal === 0 ? undefined : signal;
}

/** The code that it exited with; of no meaning when a signal ended it. */
export function exitCodeOf(status: number): number {
  return (status >> 8) & 0xff;
}

/** "exited with status 3", "terminated with signal Killed", "… Aborted (core dumped)". */
export function formatWaitStatus(status: number): string {
  const signal = signalOf(status);
  if (signal === undefined) return `exited with status ${exitCodeOf(status)}`;
  const core = (status & coreDumpedBit) === 0 ? "" : " (core dumped)";
  return `terminated with signal ${signalName(signal)}${core}`;
}

function signalName(signal: number): string {
  if (signal >= firstRealTimeSignal && signal <= lastSignal) {
    return `Real-time signal ${signal - firstRealTimeSignal}`;
  }
  return signalNames[signal] ?? `Unknown signal ${signal}`;
}
