/**
 * Tasks of which the master was told that they are not here, and whose launch may still come.
 *
 * A launch that is held up on its way can arrive after its master asked for the task, or had it killed,
 * was told that it was dropped, and has forgotten it. Run then, it would run for nobody. So those ids are
 * remembered for a while, and the launch that comes is dropped as well; should it have been a new one of
 * the same id, its framework hears so and may try again: each id is held against one launch only.
 *
 * `expectLaunch` in frameworks.ts says of which.
 */

import { type FrameworkId, type Instant, later, type TaskId } from "@tavola/base";
import { limits } from "./agent-config.ts";

export class TasksInTransit {
  /** Until when; in the order of that. */
  readonly #until = new Map<string, Instant>();

  get size(): number {
    return this.#until.size;
  }

  /** PERF: O(1); the oldest goes when there are too many. */
  expect(frameworkId: FrameworkId, taskId: TaskId, now: Instant): void {
    const key = keyOf(frameworkId, taskId);
    this.#until.delete(key);
    this.#until.set(key, later(now, limits.launchInTransitMsMax));
    for (const [oldest, until] of this.#until) {
      if (until > now && this.#until.size <= limits.launchesInTransitMax) break;
      this.#until.delete(oldest);
    }
  }

  /** Its launch has come. Whether it comes too late; asked once. */
  arrived(frameworkId: FrameworkId, taskId: TaskId, now: Instant): boolean {
    const key = keyOf(frameworkId, taskId);
    const until = this.#until.get(key);
    this.#until.delete(key);
    return until !== undefined && now < until;
  }
}

function keyOf(frameworkId: FrameworkId, taskId: TaskId): string {
  return `${frameworkId}/${taskId}`;
}
