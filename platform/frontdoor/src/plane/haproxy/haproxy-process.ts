/**
 * One HAProxy in the foreground, as a child that cannot outlive us: it is ended by us, and by the
 * kernel when we are killed.
 *
 * It is handed the sockets of the one before it (`-x`), and tells that one to finish (`-sf`), so that no
 * connection is refused between the two.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { CodedError } from "@tavola/base";
import { RuntimeSocket } from "./runtime-socket.ts";

export interface HaproxyCommand {
  readonly binary: string;
  readonly configFile: string;
  /** Of its runtime API, as the configuration says. */
  readonly socketPath: string;
  /** In which it answers a command. */
  readonly answerMs?: number | undefined;
  /** The process whose place it takes; it finishes what it has. */
  readonly before: HaproxyProcess | undefined;
}

const limits = { startMs: 30_000, saidCharactersMax: 20_000 } as const;
const setpriv = "/usr/bin/setpriv";

export class HaproxyProcess {
  readonly runtime: RuntimeSocket;
  /** Resolves when the process is gone and its log is read, with how it ended. */
  readonly ended: Promise<string>;
  isRunning = true;
  readonly #child: ChildProcess;
  #said = "";

  constructor({ binary, configFile, socketPath, answerMs, before }: HaproxyCommand) {
    this.runtime = new RuntimeSocket(socketPath, answerMs);
    const takesOver =
      before?.isRunning === true ? ["-x", before.runtime.path, "-sf", String(before.pid)] : [];
    const argv = [binary, "-db", "-f", configFile, ...takesOver];
    const [file, ...args] = existsSync(setpriv) ? [setpriv, "--pdeathsig", "KILL", ...argv] : argv;
    this.#child = spawn(file as string, args, { stdio: ["ignore", "pipe", "pipe"] });
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#said = (this.#said + text).slice(-limits.saidCharactersMax);
      });
    }
    this.#child.once("error", (error) => {
      this.isRunning = false;
      resolve(error.message);
    });
    this.#child.once("exit", () => {
      this.isRunning = false;
    });
    this.#child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  }

  /** -1 when it could not be started. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** What it said on standard output and error. */
  get said(): string {
    return this.#said;
  }

  /** Resolves once it serves; rejects with its own words when it ends before. */
  async untilServing(): Promise<void> {
    const bound = AbortSignal.timeout(limits.startMs);
    const over = this.ended.then((how) => {
      const lastLine = this.#said.trim().split("\n").at(-1);
      const alert = /^\[ALERT\][^:]*: (.*)$/m.exec(this.#said)?.[1] ?? [how, lastLine].join(": ");
      throw new CodedError("HAPROXY_START", `HAProxy does not start: ${alert}`, {
        said: this.#said,
      });
    });
    const serving = async (): Promise<void> => {
      while (this.isRunning && !bound.aborted) {
        const answer = await this.runtime.ask("show info").catch(() => "");
        if (answer.includes(`\nPid: ${this.pid}\n`)) return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      if (!this.isRunning) return over;
      throw new CodedError("HAPROXY_START", "HAProxy does not start serving", { said: this.#said });
    };
    await Promise.race([serving(), over]);
  }

  /** Takes no new connection, and ends when the last request has. */
  finish(): void {
    if (this.isRunning) this.#child.kill("SIGUSR1");
  }

  async kill(): Promise<void> {
    if (this.isRunning) this.#child.kill("SIGKILL");
    await this.ended;
  }
}
