/**
 * A `tavola master` as a process of its own, on a free port of loopback.
 */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tavolaCommand } from "@tavola/harness";

export interface MasterProcess {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** Everything it logged so far. */
  output(): string;
  /** SIGTERM; resolves with its exit code. Killed after 10 s, which rejects. */
  stop(): Promise<number>;
}

/** Resolves when it answers. `flags` such as `--cluster=test`. */
export async function startMasterProcess(flags: readonly string[] = []): Promise<MasterProcess> {
  const folder = mkdtempSync(join(tmpdir(), "tavola-master-"));
  const [program = process.execPath, ...args] = tavolaCommand;
  const ours = ["master", "--ip=127.0.0.1", "--port=0", `--work_dir=${folder}`];
  const child = spawn(program, [...args, ...ours, ...flags], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exited = new Promise<number>((resolve, reject) => {
    child.once("exit", (code, signal) => {
      rmSync(folder, { recursive: true, force: true });
      if (code === null) reject(new Error(`tavola master ended by ${signal}:\n${output}`));
      else resolve(code);
    });
  });
  exited.catch(() => undefined);
  const ready = new Promise<string>((resolve, reject) => {
    child.on("message", (message: { kind: string; url?: string; reason?: string }) => {
      if (message.url === undefined) reject(new Error(message.reason));
      else resolve(message.url);
    });
    const ended = (): void => reject(new Error(`tavola master ended early:\n${output}`));
    exited.then(ended, ended);
  });
  const stop = (): Promise<number> => {
    child.kill("SIGTERM");
    const bound = setTimeout(() => child.kill("SIGKILL"), 10_000);
    return exited.finally(() => clearTimeout(bound));
  };
  return { url: await ready, output: () => output, stop };
}
