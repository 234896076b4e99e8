/**
 * Finds out where the sandboxes of tasks are, soon after these run: an agent is asked once for all of
 * its tasks that came up meanwhile.
 */

import type { Clock, Timer } from "@tavola/host";
import type { AgentAddress, Directories, Fetched } from "../api/task-files.ts";

const limits = {
  /** Tasks of one agent that come up within so long are asked about together. */
  gatherMs: 200,
  /** What the agent does not know yet is asked for again, so often, doubling. */
  triesMax: 5,
  askedAtOnceMax: 16,
} as const;

export interface DirectoryFinderOptions {
  readonly clock: Clock;
  readonly ask: (agent: AgentAddress) => Promise<Fetched<Directories>>;
  readonly addressOf: (agentId: string) => AgentAddress | undefined;
  readonly found: (directories: Directories) => void;
}

interface Wanted {
  readonly taskIds: Set<string>;
  tries: number;
}

export class DirectoryFinder {
  readonly #options: DirectoryFinderOptions;
  readonly #wanted = new Map<string, Wanted>();
  readonly #waiting: string[] = [];
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
      wanted.taskIds.add(taskId);
      return;
    }
    this.#wanted.set(agentId, { taskIds: new Set([taskId]), tries: 0 });
    this.#askAfter(agentId, limits.gatherMs);
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
    const address = this.#options.addressOf(agentId);
    if (wanted === undefined) return;
    const answer = address === undefined ? undefined : await this.#options.ask(address);
    if (this.#isClosed) return;
    const found = new Map<string, string>();
    for (const taskId of wanted.taskIds) {
      const directory = answer?.value?.get(taskId);
      if (directory === undefined) continue;
      found.set(taskId, directory);
      wanted.taskIds.delete(taskId);
    }
    if (found.size > 0) this.#options.found(found);
    wanted.tries += 1;
    if (wanted.taskIds.size === 0 || wanted.tries >= limits.triesMax) this.#wanted.delete(agentId);
    else this.#askAfter(agentId, limits.gatherMs * 2 ** wanted.tries);
  }
}
