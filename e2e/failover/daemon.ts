/**
 * One process in a host of the test's network: started, stopped, killed and started again by its pid.
 *
 * Everything it says goes to one file over all its lives. It ends with this process, whatever becomes
 * of that one; what it started itself is the network's to end (`TestNetwork.close`).
 */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import type { NetworkHost } from "./network.ts";

export interface DaemonOptions {
  readonly host: NetworkHost;
  readonly argv: readonly string[];
  readonly logFile: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export class Daemon {
  readonly host: NetworkHost;
  readonly #options: DaemonOptions;
  #child: ChildProcess;
  #ended: Promise<string>;

  constructor(options: DaemonOptions) {
    this.host = options.host;
    this.#options = options;
    [this.#child, this.#ended] = start(options);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when the life that runs now is over, with its exit code or signal. */
  get ended(): Promise<string> {
    return this.#ended;
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.isRunning) this.signal("SIGKILL");
    await this.#ended;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** A new life, after the last one is over. `more` arguments are for this life only. */
  async restart(more: readonly string[] = []): Promise<void> {
    await this.kill();
    const { argv } = this.#options;
    [this.#child, this.#ended] = start({ ...this.#options, argv: [...argv, ...more] });
  }

  log(): string {
    return readFileSync(this.#options.logFile, "utf8");
  }
}

function start({
  host,
  argv,
  logFile,
  environment,
}: DaemonOptions): [ChildProcess, Promise<string>] {
  const log = openSync(logFile, "a");
  const [program = "", ...args] = ["setpriv", "--pdeathsig", "KILL", ...host.within, ...argv];
  writeSync(log, `---- ${argv.join(" ")}\n`);
  const child = spawn(program, args, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  return [child, ended];
}
