/**
 * A daemon of `tavola` as a process of its own, that can be killed.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { tavolaCommand } from "@tavola/harness";

export interface DaemonProcess {
  /** As it told when it was ready. */
  readonly url: string;
  readonly pid: number;
  /** Everything it logged so far. */
  output(): string;
  /** Resolves when it is gone. Idempotent. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Resolves when it answers. Killed at the end of the test, where it still runs. */
export async function startDaemon(
  context: TestContext,
  name: "discovery" | "frontdoor",
  flags: readonly string[],
): Promise<DaemonProcess> {
  const [program = process.execPath, ...args] = tavolaCommand;
  const child = spawn(program, [...args, name, ...flags], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exited = once(child, "exit");
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await exited;
  };
  context.after(() => end("SIGKILL"));
  const ready = new Promise<string>((resolve, reject) => {
    child.on("message", (message: { readonly url?: string; readonly reason?: string }) => {
      if (message.url === undefined) reject(new Error(message.reason));
      else resolve(message.url);
    });
    exited.then(() => reject(new Error(`tavola ${name} ended early:\n${output}`)));
  });
  return { url: await ready, pid: child.pid ?? -1, output: () => output, end };
}
