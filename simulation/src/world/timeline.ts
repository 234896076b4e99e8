/**
 * What is going to happen, by time; what was planned first comes first where times are equal.
 */

import { popFromHeap, pushOntoHeap } from "@tavola/base";
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
    pushOntoHeap(this.#heap, event, isBefore);
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
      popFromHeap(this.#heap, isBefore);
      if (!isVoid) return first;
    }
    return undefined;
  }
}

function isBefore(a: PlannedEvent, b: PlannedEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
