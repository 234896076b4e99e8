/**
 * Announcing tasks while leading: from what has become durable to discovery, and back.
 *
 * Without discovery servers nothing is announced, and what still waits to be withdrawn is let go.
 */

import { describeError } from "@tavola/base";
import type { Clock, Logger, Metrics } from "@tavola/host";
import type { DiscoveryClient } from "@tavola/sdk";
import { TaskAnnouncer } from "../announce/task-announcer.ts";
import { wantedAnnouncement } from "../core/announce/announced-tasks.ts";
import { taskWithdrawn } from "../core/announce/drain-task.ts";
import { type AnnouncingFramework, announcementIdOf } from "../core/announce/task-announcement.ts";
import type { RecordChange, Turn } from "../core/turn.ts";
import type { Engine } from "./engine.ts";
import type { Deliverer, OutboxEntry } from "./outboxes.ts";

export interface AnnouncingOptions {
  readonly engine: Engine;
  readonly framework: AnnouncingFramework;
  /** Absent: nothing is announced. */
  readonly discovery?: DiscoveryClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export class Announcing {
  readonly #options: AnnouncingOptions;
  readonly #announcer: TaskAnnouncer | undefined;
  /** For announcements of tasks that have ended. */
  readonly deliverer: Deliverer;

  constructor(options: AnnouncingOptions) {
    this.#options = options;
    const { discovery } = options;
    const announcer = discovery === undefined ? undefined : this.#open(discovery);
    this.#announcer = announcer;
    this.deliverer = {
      deliver: (entries) => {
        for (const { key, value } of entries as readonly OutboxEntry<"outboxWithdrawal">[]) {
          // Not before whoever leads has begun.
          if (announcer === undefined) queueMicrotask(() => this.#settled(key));
          else announcer.ended(key, value);
        }
      },
      close: async () => announcer?.close(),
    };
  }

  /** PERF: O(changes), and O(tasks of a request) where that changed. */
  durable(changes: Iterable<RecordChange>): void {
    if (this.#announcer === undefined) return;
    for (const { kind, key } of changes) {
      if (kind === "task") this.#announcer.look(key);
      if (kind === "request") this.#lookAt(this.#options.engine.state.tasksOf.get(key));
    }
  }

  /** What a former leader announced goes on. */
  resume(): void {
    this.#lookAt(this.#options.engine.state.records.task);
  }

  #lookAt(tasks: ReadonlyMap<string, unknown> | undefined): void {
    for (const taskId of tasks?.keys() ?? []) this.#announcer?.look(taskId);
  }

  #open(discovery: DiscoveryClient): TaskAnnouncer {
    const { engine, framework, clock, logger, metrics } = this.#options;
    const { records } = engine.state;
    const announcer = new TaskAnnouncer({
      discovery,
      clock,
      logger,
      requestOf: (taskId) => records.task.get(taskId)?.taskId.requestId,
      withdrawMsMax: engine.config.announce.withdrawMsMax,
      wanted: (taskId) => {
        const task = records.task.get(taskId);
        return task && wantedAnnouncement(engine.state, engine.config, task, framework);
      },
      draining: (taskId) => {
        const task = records.task.get(taskId);
        const isWaiting = task?.drain !== undefined && task.drain.withdrawnAt === undefined;
        return isWaiting ? announcementIdOf(task.taskId) : undefined;
      },
      withdrawn: (taskId) => this.#decide((turn) => taskWithdrawn(turn, taskId)),
      settled: (taskId) => this.#settled(taskId),
    });
    metrics.gauge("scheduler/announced_tasks", () => announcer.counts.announced);
    metrics.gauge("scheduler/announced_tasks_taken", () => announcer.counts.taken);
    return announcer;
  }

  #settled(taskId: string): void {
    this.#decide((turn) => turn.remove("outboxWithdrawal", taskId));
  }

  /** Who no longer leads need not: the next leader does it again. */
  #decide(what: (turn: Turn) => void): void {
    this.#options.engine.decide(what).catch((error: unknown) => {
      this.#options.logger.debug({ error: describeError(error) }, "not decided any more");
    });
  }
}
