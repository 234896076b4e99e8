/**
 * A daemon as a child process of `tavola up`.
 *
 * The child is its own session, so that Ctrl-C reaches us and not it; over an IPC channel it says
 * where it listens, or why it cannot, and notices when we are gone.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { CodedError } from "@tavola/base";
import type { DaemonMessage } from "../daemon/parent-channel.ts";
import type { PlannedDaemon } from "./cluster-plan.ts";

export interface DaemonEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class DaemonProcess {
  readonly name: string;
  readonly pid: number;
  /** Where it listens, `http://HOST:PORT`. Rejects with CANNOT_START, in a sentence, when it does not get there. */
  readonly ready: Promise<string>;
  readonly ended: Promise<DaemonEnd>;
  readonly #child: ChildProcess;

  constructor(plan: PlannedDaemon, entry: string) {
    this.name = plan.name;
    this.#child = spawn(process.execPath, [entry, ...plan.args], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      detached: true,
    });
    this.pid = this.#child.pid ?? 0;
    this.ended = new Promise((resolve) => {
      this.#child.once("exit", (code, signal) => resolve({ code, signal }));
      this.#child.once("error", () => resolve({ code: null, signal: null }));
    });
    this.ready = this.#becomesReady();
    // Whoever waits for it hears of it; when nobody does, `ended` says enough.
    this.ready.catch(() => {});
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #becomesReady(): Promise<string> {
    return new Promise((resolve, reject) => {
      let reason: string | undefined;
      this.#child.on("message", (message: DaemonMessage) => {
        if (message.kind === "ready") resolve(message.url);
        else reason = message.reason;
      });
      void this.ended.then((end) => {
        const why = reason ?? describeEnd(end);
        reject(new CodedError("CANNOT_START", `the ${this.name} cannot start: ${why}`));
      });
    });
  }
}

export function describeEnd({ code, signal }: DaemonEnd): string {
  if (signal !== null) return `it was ended by ${signal}`;
  return code === null ? "it could not be executed" : `it ended with exit status ${code}`;
}
