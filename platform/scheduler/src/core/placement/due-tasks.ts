/**
 * Which pending tasks are due, and when the next one will be.
 *
 * Those whose time is to come stand in a heap, so that thousands of schedules cost nothing until then.
 * Schedules go by the wall clock: when somebody sets it, their times are worked out anew.
 */

import { popFromHeap, pushOntoHeap } from "@tavola/base";
import type { PendingTask } from "../model/task.ts";
import type { SchedulerState } from "../state.ts";
import { dueAt } from "../tasks/due-plans.ts";

interface DueEntry {
  readonly at: number;
  readonly id: string;
}

const isBefore = (a: DueEntry, b: DueEntry): boolean => a.at < b.at;

export class DueTasks {
  /** When one last became due. */
  lastBecameDueAt: number | undefined;
  #wallOffsetMs = 0;
  readonly #future = new Map<string, PendingTask>();
  readonly #heap: DueEntry[] = [];
  readonly #due = new Map<string, PendingTask>();
  readonly #onDue: (requestId: string) => void;

  /** `onDue` is told of the request of each task that becomes due. */
  constructor(onDue: (requestId: string) => void) {
    this.#onDue = onDue;
  }

  /** PERF: O(log n) for each that became due since it was last asked; all when the wall clock was set. */
  at(state: SchedulerState, now: number): ReadonlyMap<string, PendingTask> {
    if (this.#wallOffsetMs !== state.wallOffsetMs) this.#planAnew(state);
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      const pending = this.#future.get(first.id);
      if (pending !== undefined && first.at > now) break;
      popFromHeap(this.#heap, isBefore);
      if (pending === undefined) continue;
      this.#future.delete(first.id);
      this.#due.set(first.id, pending);
      this.#onDue(pending.pendingTaskId.requestId);
      this.lastBecameDueAt = now;
    }
    return this.#due;
  }

  /** As of when it was last asked for. */
  has(pendingTaskId: string): boolean {
    return this.#due.has(pendingTaskId);
  }

  /** When the next pending task is due that is not yet. */
  get nextAt(): number | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#future.has(first.id)) return first.at;
      popFromHeap(this.#heap, isBefore);
    }
    return undefined;
  }

  /** A pending task was put, or removed (undefined). */
  filed(state: SchedulerState, id: string, pending: PendingTask | undefined): void {
    if (pending === undefined) {
      this.#future.delete(id);
      this.#due.delete(id);
    } else if (this.#due.has(id)) this.#due.set(id, pending);
    else {
      if (!this.#future.has(id)) {
        pushOntoHeap(this.#heap, { at: dueAt(state, pending), id }, isBefore);
      }
      this.#future.set(id, pending);
    }
  }

  #planAnew(state: SchedulerState): void {
    this.#wallOffsetMs = state.wallOffsetMs;
    this.#heap.length = 0;
    for (const [id, pending] of this.#due) this.#future.set(id, pending);
    this.#due.clear();
    for (const [id, pending] of this.#future) {
      pushOntoHeap(this.#heap, { at: dueAt(state, pending), id }, isBefore);
    }
  }
}
