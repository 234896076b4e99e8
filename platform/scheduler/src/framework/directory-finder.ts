/**
 * Finds out where the sandboxes of tasks are, soon after these run: an agent is asked once for all of
 * its tasks that came up meanwhile. It answers with all that it runs, so it is left alone for a while
 * then. One that does not answer is asked ever more seldom, however many tasks come up on it; who wants
 * to look into a sandbox before it is known asks by himself.
 */

import type { Clock, Timer } from "@tavola/host";
import type { AgentAddress, Directories, Fetched } from "../api/task-files.ts";

const limits = {
  /** Tasks of one agent that come up within so long are asked about together. */
  gatherMs: 200,
  /** For so long an agent is left alone that has answered for all of its tasks. */
  againMs: 3000,
  /** After the first that an agent did not answer, and after each further one: three times as long. */
  silentMs: { first: 10_000, factor: 3, max: 600_000 },
  /** A task that the agent does not know yet is asked about again, so often, ever more slowly. */
  triesMax: 5,
  askedAtOnceMax: 16,
} as const;

export interface DirectoryFinderOptions {
  readonly clock: Clock;
  readonly ask: (agent: AgentAddress) => Promise<Fetched<Directories>>;
  readonly addressOf: (agentId: string) => AgentAddress | undefined;
  readonly found: (directories: Directories) => void;
}

/** How often each task of one agent was asked about. */
type Wanted = Map<string, number>;

export class DirectoryFinder {
  readonly #options: DirectoryFinderOptions;
  readonly #wanted = new Map<string, Wanted>();
  readonly #waiting: string[] = [];
  /** How often in a row an agent did not answer. */
  readonly #silences = new Map<string, number>();
  readonly #timers = new Set<Timer>();
  #asking = 0;
  #isClosed = false;

  constructor(options: DirectoryFinderOptions) {
    this.#options = options;
  }

  want(taskId: string, agentId: string): void {
    if (this.#isClosed) return;
    const wanted = this.#wanted.get(agentId);
    if (wanted !== undefined) {
      if (!wanted.has(taskId)) wanted.set(taskId, 0);
      return;
    }
    this.#wanted.set(agentId, new Map([[taskId, 0]]));
    this.#askAfter(agentId, Math.max(limits.gatherMs, this.#silentMs(agentId)));
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) timer.cancel();
  }

  #askAfter(agentId: string, ms: number): void {
    const timer = this.#options.clock.after(ms, () => {
      this.#timers.delete(timer);
      this.#waiting.push(agentId);
      this.#askNext();
    });
    this.#timers.add(timer);
  }

  #askNext(): void {
    while (this.#asking < limits.askedAtOnceMax && !this.#isClosed) {
      const agentId = this.#waiting.shift();
      if (agentId === undefined) return;
      this.#asking += 1;
      void this.#askOne(agentId).finally(() => {
        this.#asking -= 1;
        this.#askNext();
      });
    }
  }

  async #askOne(agentId: string): Promise<void> {
    const wanted = this.#wanted.get(agentId);
    if (wanted === undefined) return;
    if (wanted.size === 0) {
      this.#wanted.delete(agentId);
      return;
    }
    const address = this.#options.addressOf(agentId);
    const answer = address === undefined ? undefined : await this.#options.ask(address);
    if (this.#isClosed) return;
    if (answer?.value !== undefined) this.#silences.delete(agentId);
    else this.#silences.set(agentId, (this.#silences.get(agentId) ?? 0) + 1);
    const found = new Map<string, string>();
    for (const [taskId, tries] of wanted) {
      const directory = answer?.value?.get(taskId);
      if (directory !== undefined) found.set(taskId, directory);
      if (directory === undefined && tries + 1 < limits.triesMax) wanted.set(taskId, tries + 1);
      else wanted.delete(taskId);
    }
    if (found.size > 0) this.#options.found(found);
    // Also when nothing is wanted now: what comes up within that time is asked about together.
    const ms =
      wanted.size === 0 ? limits.againMs : limits.gatherMs * 2 ** Math.min(...wanted.values());
    this.#askAfter(agentId, Math.max(ms, this.#silentMs(agentId)));
  }

  /** For how long an agent is left alone that did not answer when it last was asked. */
  #silentMs(agentId: string): number {
    const silences = this.#silences.get(agentId) ?? 0;
    const { first, factor, max } = limits.silentMs;
    return silences === 0 ? 0 : Math.min(first * factor ** (silences - 1), max);
  }
}
