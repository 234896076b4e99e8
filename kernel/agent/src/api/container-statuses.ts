/**
 * Where a task runs, as its updates tell it: asked of the containerizer until its process is known.
 *
 * A command task's process is there only when its executor has started it, which is after the
 * container was launched. Updates of one executor stay in order: while one waits for the answer, the
 * next wait for it.
 */

import type { ContainerId } from "@tavola/base";
import type { Containerizer } from "@tavola/containerizer";
import type { ContainerStatus } from "@tavola/protocol";
import type { Executor } from "../core/state.ts";

export class ContainerStatuses {
  readonly #containerizer: Containerizer;
  /** The last of those that wait, by container. */
  readonly #waiting = new Map<ContainerId, Promise<void>>();

  constructor(containerizer: Containerizer) {
    this.#containerizer = containerizer;
  }

  /** Calls `then` with what is new, now or soon; in the order of the calls. */
  whenKnown(executor: Executor, then: (status: ContainerStatus | undefined) => void): void {
    const { containerId, containerStatus } = executor;
    const before = this.#waiting.get(containerId);
    if (before === undefined && containerStatus?.executor_pid !== undefined) {
      then(undefined);
      return;
    }
    const asked = this.#ask(containerId);
    const done = Promise.all([asked, before]).then(([status]) => {
      if (this.#waiting.get(containerId) === done) this.#waiting.delete(containerId);
      then(status);
    });
    this.#waiting.set(containerId, done);
  }

  /** A container that cannot be asked (it may just have ended) has nothing new. Never rejects. */
  async #ask(containerId: ContainerId): Promise<ContainerStatus | undefined> {
    try {
      return await this.#containerizer.status(containerId);
    } catch {
      return undefined;
    }
  }
}
