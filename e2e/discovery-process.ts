/**
 * A `tavola discovery` as a process of its own, on a free port of loopback.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tavolaCommand } from "@tavola/harness";

export interface DiscoveryProcess {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
  /** SIGTERM, whatever state it is in; resolves when it is gone. Killed after 15 s. */
  stop(): Promise<void>;
}

/** Resolves when it answers. `flags` such as `--lease=3secs`. */
export async function startDiscoveryProcess(flags: readonly string[]): Promise<DiscoveryProcess> {
  const folder = mkdtempSync(join(tmpdir(), "tavola-discovery-"));
  const [program = process.execPath, ...args] = tavolaCommand;
  const ours = ["discovery", "--ip=127.0.0.1", "--port=0", `--work_dir=${folder}`];
  const child = spawn(program, [...args, ...ours, ...flags], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let output = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output = (output + text).slice(-20_000);
  });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => {
      rmSync(folder, { recursive: true, force: true });
      resolve();
    });
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.on("message", (message: { readonly url?: string; readonly reason?: string }) => {
      if (message.url === undefined) reject(new Error(message.reason));
      else resolve(message.url);
    });
    void exited.then(() => reject(new Error(`tavola discovery ended early:\n${output}`)));
  });
  return { url, signal: (name) => child.kill(name), stop: () => stop(child, exited) };
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill("SIGTERM");
  child.kill("SIGCONT");
  const bound = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await exited;
  clearTimeout(bound);
}
