/**
 * What the agent has not confirmed yet: tasks and status updates, in order, to be told again.
 *
 * Pure. A task counts as confirmed once any update of it is acknowledged, as Mesos has it.
 */

import { CodedError } from "@tavola/base";
import type { executor, TaskID, TaskInfo } from "@tavola/protocol";

interface Pending {
  readonly update: executor.Call_Update;
  readonly settle: PromiseWithResolvers<void>;
  /** Told to the agent, by UPDATE or in a SUBSCRIBE. */
  told: boolean;
}

export class Unacknowledged {
  readonly #tasks = new Map<string, TaskInfo>();
  readonly #updates = new Map<string, Pending>();

  launched(tasks: readonly TaskInfo[]): void {
    for (const task of tasks) this.#tasks.set(task.task_id.value, task);
  }

  /** Resolves when the agent acknowledges this update; rejects when `abandon` ends the waiting. */
  updated(update: executor.Call_Update): Promise<void> {
    const settle = Promise.withResolvers<void>();
    this.#updates.set(keyOf(update.status.uuid), { update, settle, told: false });
    return settle.promise;
  }

  acknowledged(taskId: TaskID, uuid: Uint8Array): void {
    this.#tasks.delete(taskId.value);
    const key = keyOf(uuid);
    this.#updates.get(key)?.settle.resolve();
    this.#updates.delete(key);
  }

  /** The agent will not have this one; `updated` rejects. */
  refused(uuid: Uint8Array, error: unknown): void {
    const key = keyOf(uuid);
    this.#updates.get(key)?.settle.reject(error);
    this.#updates.delete(key);
  }

  /** UPDATE was taken. */
  told(uuid: Uint8Array): void {
    const pending = this.#updates.get(keyOf(uuid));
    if (pending !== undefined) pending.told = true;
  }

  /** Those that the agent has not been told of yet, oldest first. */
  untold(): readonly executor.Call_Update[] {
    return [...this.#updates.values()].filter(({ told }) => !told).map(({ update }) => update);
  }

  /** What SUBSCRIBE says; from then on all of it counts as told. */
  toSubscribe(): executor.Call_Subscribe {
    for (const pending of this.#updates.values()) pending.told = true;
    return {
      unacknowledged_tasks: [...this.#tasks.values()],
      unacknowledged_updates: [...this.#updates.values()].map(({ update }) => update),
    };
  }

  /** Nobody will acknowledge any more. */
  abandon(): void {
    for (const { settle } of this.#updates.values()) {
      settle.reject(
        new CodedError(
          "EXECUTOR_CLOSED",
          "the connection to the agent was closed before it acknowledged",
        ),
      );
    }
    this.#updates.clear();
  }
}

function keyOf(uuid: Uint8Array | undefined): string {
  return Buffer.from(uuid ?? []).toString("base64");
}
