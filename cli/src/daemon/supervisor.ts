/**
 * A daemon that is started again when it ends: what systemd does for large sites, for small ones.
 *
 *     start --> runs --> ended by a signal, or its command line is wrong: we end too
 *       ^         `----> ended otherwise: --back-off--.
 *       '----------------------------------------------'
 *
 * The daemon is a process of its own, because one that lost its leadership must be gone before it may
 * begin anew. It notices when we are gone and ends.
 */

import { type ChildProcess, spawn } from "node:child_process";
import type { Logger } from "@tavola/host";
import { exitStatus } from "../exit-status.ts";
import { tellParent, whenParentIsGone } from "./parent-channel.ts";
import { RestartPause } from "./restart-pause.ts";

export interface SupervisorOptions {
  /** What Node is to run, arguments included. */
  readonly argv: readonly string[];
  /** For people: "master". */
  readonly name: string;
  readonly logger: Logger;
}

/** Resolves with the exit status of the last of them. */
export async function supervise({ argv, name, logger }: SupervisorOptions): Promise<number> {
  const ending = new AbortController();
  let child: ChildProcess | undefined;
  const end = (signal: NodeJS.Signals): void => {
    ending.abort();
    child?.kill(signal);
  };
  const signals = ["SIGTERM", "SIGINT", "SIGUSR1"] as const;
  for (const signal of signals) process.on(signal, end);
  whenParentIsGone(() => end("SIGTERM"));
  try {
    return await startAgainAndAgain();
  } finally {
    for (const signal of signals) process.off(signal, end);
  }

  async function startAgainAndAgain(): Promise<number> {
    const restartPause = new RestartPause();
    for (;;) {
      const startedAt = performance.now();
      // In a session of its own, so that Ctrl-C reaches us and not it.
      child = spawn(process.execPath, argv, {
        stdio: ["inherit", "inherit", "inherit", "ipc"],
        detached: true,
      });
      child.on(
        "message",
        (message) => void tellParent(message as Parameters<typeof tellParent>[0]),
      );
      const { code, signal } = await ended(child);
      if (ending.signal.aborted || code === exitStatus.ok || code === exitStatus.usage) {
        return code ?? exitStatus.failed;
      }
      const waitMs = restartPause.afterLife(performance.now() - startedAt);
      const how = signal === null ? `ended with exit status ${code}` : `was ended by ${signal}`;
      logger.warn({ pid: child.pid }, `the ${name} ${how}; starting it again in ${waitMs} ms`);
      await pause(waitMs, ending.signal);
      if (ending.signal.aborted) return exitStatus.ok;
    }
  }
}

function ended(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: exitStatus.failed, signal: null }));
  });
}

/** Leaves nothing on `signal`, which lives as long as the supervisor: there may be many pauses. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const abort = (): void => resolve();
  signal.addEventListener("abort", abort);
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  });
}
