/**
 * One child process, from start to end, with a bound on its time.
 *
 * Whatever happens, the child is gone when the promise settles: past the bound it is killed by pid,
 * and the result says so.
 */

import { spawn } from "node:child_process";

export interface ProcessOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Default 60 s. */
  readonly timeoutMs?: number;
  readonly input?: string;
  /** Sees output as it comes. */
  readonly onOutput?: (text: string) => void;
}

export interface ProcessResult {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Runs `command` to its end. Rejects only when it cannot be started. */
export function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const { promise, resolve, reject } = Promise.withResolvers<ProcessResult>();
  let stdout = "";
  let stderr = "";
  let timedOut = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    options.onOutput?.(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    options.onOutput?.(text);
  });
  child.stdin.on("error", () => child.stdin.destroy());
  child.stdin.end(options.input ?? "");
  const bound = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, options.timeoutMs ?? 60_000);
  child.once("error", (error) => {
    clearTimeout(bound);
    reject(error);
  });
  child.once("close", (code, signal) => {
    clearTimeout(bound);
    resolve({ code, signal, stdout, stderr, timedOut });
  });
  return promise;
}
