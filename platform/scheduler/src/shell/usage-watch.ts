/**
 * What is measured of agents and tasks while this scheduler leads: asks the agents, keeps the book, and
 * answers for it. Before it leads there is nothing to tell.
 */

import type { Clock, Logger } from "@tavola/host";
import type { UsageReports } from "../api/api-context.ts";
import type { AgentAddress } from "../api/task-files.ts";
import type {
  AgentUsage,
  ClusterUtilization,
  RequestUtilization,
  TaskUsage,
} from "../core/model/usage.ts";
import { shuffleTasks } from "../core/usage/shuffle-tasks.ts";
import { UsageBook } from "../core/usage/usage-book.ts";
import { type AgentMeasures, UsagePoller } from "../framework/usage-poller.ts";
import type { Engine } from "./engine.ts";

export interface UsageWatchOptions {
  readonly agents: AgentMeasures;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What leads. */
export interface MeasuredCluster {
  readonly engine: Pick<Engine, "state" | "config" | "decide">;
  addressOf(agentId: string): AgentAddress | undefined;
}

export class UsageWatch implements UsageReports {
  readonly #options: UsageWatchOptions;
  #book: UsageBook | undefined;
  #poller: UsagePoller | undefined;

  constructor(options: UsageWatchOptions) {
    this.#options = options;
  }

  /** Begins to ask the agents of `cluster`. Once. */
  follow(cluster: MeasuredCluster): void {
    const { engine } = cluster;
    const { state, config } = engine;
    const book = new UsageBook(state, config);
    this.#book = book;
    this.#poller = new UsagePoller({
      ...this.#options,
      state,
      everyMs: config.checkUsageEveryMs,
      addressOf: (agentId) => cluster.addressOf(agentId),
      onSample: (sample) => book.measured(sample),
      onRound: () => {
        book.roundEnded(this.#options.clock.now());
        if (!config.shuffle.enabled) return;
        // What ends the engine is told to whoever started it.
        engine.decide((turn) => shuffleTasks(turn, book)).catch(() => undefined);
      },
    });
  }

  close(): void {
    this.#poller?.close();
  }

  agents(): readonly AgentUsage[] {
    return this.#book?.agents() ?? [];
  }

  cluster(): ClusterUtilization | undefined {
    return this.#book?.cluster();
  }

  requests(): readonly RequestUtilization[] {
    return this.#book?.requests() ?? [];
  }

  task(taskId: string): readonly TaskUsage[] {
    return this.#book?.task(taskId) ?? [];
  }
}
