/**
 * One server as a child process that cannot outlive its test.
 *
 * It is ended by its pid: when the test asks, when this process exits or is told to end, and by the
 * kernel (PR_SET_PDEATHSIG, through setpriv) when this process is killed. What it says goes to a file.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";

export interface ServerCommand {
  /** Its first word is the program. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly logFile: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const running = new Set<ChildProcess>();
const folders = new Set<string>();
let guarded = false;

function endAll(): void {
  for (const child of running) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** From now on `folder` is removed when this process ends before the test did it. */
export function guardFolder(folder: string): { released(): void } {
  folders.add(folder);
  if (!guarded) {
    guarded = true;
    process.once("exit", endAll);
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.once(signal, () => {
        endAll();
        process.kill(process.pid, signal);
      });
    }
  }
  return { released: () => folders.delete(folder) };
}

/** A started server. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #logFile: string;
  /** Resolves when the process is gone, with how it ended. */
  readonly ended: Promise<string>;
  isRunning = true;

  constructor(command: ServerCommand) {
    this.#logFile = command.logFile;
    const log = openSync(command.logFile, "a");
    this.#child = spawn("setpriv", ["--pdeathsig", "KILL", ...command.argv], {
      cwd: command.cwd,
      env: { ...process.env, ...command.environment },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    running.add(this.#child);
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    const over = (how: string): void => {
      running.delete(this.#child);
      this.isRunning = false;
      resolve(how);
    };
    this.#child.once("error", (error) => over(error.message));
    this.#child.once("exit", (code, signal) => over(signal ?? `exit code ${code}`));
  }

  /** -1 when it could not be started. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    if (this.isRunning) this.signal("SIGKILL");
    await this.ended;
  }

  /** The end of what it said, for an error. */
  lastWords(): string {
    const text = readFileSync(this.#logFile, "utf8");
    return text.slice(-2000);
  }
}
