/**
 * Processes that finish what they have, because another has taken their place or because all ends.
 *
 * After rules have changed, a connection that is idle stays: its next request is still heard. When there
 * are too many processes, or all ends, one without a request that runs is ended, idle connections and all.
 */

import type { Clock, Timer } from "@tavola/host";
import type { HaproxyProcess } from "./haproxy-process.ts";
import type { RuntimeConsole } from "./runtime-console.ts";

const limits = {
  processesMax: 8,
  /** Most have nothing left at once; the others are looked at ever more seldom. */
  lookMsMin: 25,
  lookMsMax: 2_000,
  /** When all ends. */
  lookEveryMsAtEnd: 50,
  /** So often nothing runs, one look after the other, before what was answered last has gone out. */
  quietLooksAtEnd: 4,
} as const;

interface Finishing {
  readonly process: HaproxyProcess;
  readonly console: RuntimeConsole;
}

export class FinishingProcesses {
  readonly #clock: Clock;
  readonly #all = new Set<Finishing>();
  #timer: Timer | undefined;
  #lookMs: number = limits.lookMsMin;
  #isClosing = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The console was opened before the process was told: now it takes no other. */
  async add(process: HaproxyProcess, console: RuntimeConsole): Promise<void> {
    const finishing = { process, console };
    this.#all.add(finishing);
    void process.ended.then(() => {
      console.close();
      this.#all.delete(finishing);
    });
    process.finish();
    this.#lookMs = limits.lookMsMin;
    this.#lookLater();
    if (this.#all.size > limits.processesMax) await this.#endOne();
  }

  #lookLater(): void {
    this.#timer ??= this.#clock.after(this.#lookMs, () => {
      this.#timer = undefined;
      this.#lookMs = Math.min(limits.lookMsMax, this.#lookMs * 2);
      void this.#look();
    });
  }

  /** Whoever has no connection left ends, once our own is closed. */
  async #look(): Promise<void> {
    for (const { console } of [...this.#all]) {
      const info = await console.ask("show info").catch(() => undefined);
      if (info === undefined || /^CurrConns: 0$/m.test(info)) console.close();
    }
    if (this.#all.size > 0 && !this.#isClosing) this.#lookLater();
  }

  /** The eldest on which nothing runs, or the eldest. */
  async #endOne(): Promise<void> {
    for (const { process, console } of this.#all) {
      if ((await runningRequests(console)) === 0) return process.kill();
    }
    const [eldest] = this.#all;
    await eldest?.process.kill();
  }

  /** Resolves when all have ended: what runs goes on for at most `drainMs`. */
  async close({ drainMs }: { readonly drainMs: number }): Promise<void> {
    this.#isClosing = true;
    this.#timer?.cancel();
    const until = this.#clock.now() + drainMs;
    const wait = (ms: number): Promise<void> =>
      new Promise((resolve) => void this.#clock.after(ms, resolve));
    await Promise.all(
      [...this.#all].map(async ({ process, console }) => {
        let quiet = 0;
        while (quiet < limits.quietLooksAtEnd && process.isRunning && this.#clock.now() < until) {
          quiet = (await runningRequests(console)) === 0 ? quiet + 1 : 0;
          await Promise.race([wait(limits.lookEveryMsAtEnd), process.ended]);
        }
        await process.kill();
      }),
    );
  }
}

/** Infinite when the process does not say. */
async function runningRequests(console: RuntimeConsole): Promise<number> {
  const csv = await console.ask("show stat -1 2 -1").catch(() => "");
  const [head = "", ...lines] = csv.split("\n").filter((line) => line !== "");
  const current = head.split(",").indexOf("scur");
  if (current < 0) return Number.POSITIVE_INFINITY;
  return lines.reduce((sum, line) => sum + Number(line.split(",")[current] ?? 0), 0);
}
