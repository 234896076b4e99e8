/**
 * Finds out where the sandboxes of tasks are, soon after these run: an agent is asked once for all of
 * its tasks that came up meanwhile. One that does not answer is asked ever more seldom, however many
 * tasks come up on it.
 */

import type { Clock, Timer } from "@tavola/host";
import type { AgentAddress, Directories, Fetched } from "../api/task-files.ts";

const limits = {
  /** Tasks of one agent that come up within so long are asked about together. */
  gatherMs: 200,
  /** Between two questions to an agent that does not answer, at most. */
  silentMsMax: 30_000,
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
    this.#askAfter(agentId, 0);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) timer.cancel();
  }

  /** `tries`: how often those that are wanted were asked for in vain. */
  #askAfter(agentId: string, tries: number): void {
    const inVain = Math.max(tries, this.#silences.get(agentId) ?? 0);
    const ms = Math.min(limits.gatherMs * 2 ** inVain, limits.silentMsMax);
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
    const address = this.#options.addressOf(agentId);
    if (wanted === undefined) return;
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
    if (wanted.size === 0) this.#wanted.delete(agentId);
    else this.#askAfter(agentId, Math.min(...wanted.values()));
  }
}
