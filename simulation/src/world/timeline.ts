/**
 * What is going to happen, by time; what was planned first comes first where times are equal.
 */

import type { Timer } from "@tavola/host";
import type { SimulatedProcess } from "./process.ts";

export interface PlannedEvent {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
  readonly owner: SimulatedProcess | undefined;
  isCancelled: boolean;
}

export class Timeline {
  /** A binary heap, earliest first. */
  readonly #heap: PlannedEvent[] = [];
  #order = 0;

  add(atMs: number, run: () => void, owner: SimulatedProcess | undefined): Timer {
    const event: PlannedEvent = { atMs, order: this.#order, run, owner, isCancelled: false };
    this.#order += 1;
    push(this.#heap, event);
    return {
      cancel() {
        event.isCancelled = true;
      },
    };
  }

  /** Removes and returns the next one until `untilMs` that still means something. */
  take(untilMs: number): PlannedEvent | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      const isVoid = first.isCancelled || first.owner?.isAlive === false;
      if (!isVoid && first.atMs > untilMs) return undefined;
      pop(this.#heap);
      if (!isVoid) return first;
    }
    return undefined;
  }
}

function isBefore(a: PlannedEvent, b: PlannedEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** PERF: O(log events). */
function push(heap: PlannedEvent[], event: PlannedEvent): void {
  let index = heap.length;
  heap.push(event);
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above] as PlannedEvent;
    if (!isBefore(event, parent)) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = event;
}

/** Removes the first. PERF: O(log events). */
function pop(heap: PlannedEvent[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    const right = heap[child + 1];
    if (right !== undefined && isBefore(right, heap[child] as PlannedEvent)) child += 1;
    const smallest = heap[child];
    if (smallest === undefined || !isBefore(smallest, last)) break;
    heap[index] = smallest;
    index = child;
  }
  heap[index] = last;
}
