/**
 * Time that stands still until somebody advances it.
 *
 * Timers fire in the order of their time, and of their making where times are equal, so that the same
 * calls give the same run. Whoever advances it runs them; nothing here waits.
 */

import { type Instant, instant, invariant, later, popFromHeap, pushOntoHeap } from "@tavola/base";
import type { Clock, Timer } from "./clock.ts";

export interface SimulatedClock extends Clock {
  /** Moves the time on by `byMs`, running every timer that falls due on the way, new ones included. */
  advance(byMs: number): void;
  /**
   * The same, but lets promises settle before the first timer and after each, as real time would.
   * `turn` is awaited for that; by default it is one turn of the event loop.
   */
  advanceSettling(byMs: number, turn?: () => Promise<void>): Promise<void>;
  /** When the next timer falls due; undefined when none waits. */
  nextAt(): Instant | undefined;
  /** How many timers wait. */
  readonly waiting: number;
}

interface WaitingTimer {
  readonly at: Instant;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** `start` defaults to one second past the epoch, so that zero never looks like a time. */
export function simulatedClock(start: Instant = instant(1000)): SimulatedClock {
  return new HandClock(start);
}

class HandClock implements SimulatedClock {
  #now: Instant;
  #order = 0;
  /** A binary heap, earliest first. */
  readonly #heap: WaitingTimer[] = [];

  constructor(start: Instant) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  after(delayMs: number, run: () => void): Timer {
    invariant(!Number.isNaN(delayMs), "a timer's delay is a number");
    const at = later(this.#now, Math.max(0, delayMs));
    const timer: WaitingTimer = { at, order: this.#order, run, cancelled: false };
    this.#order += 1;
    pushOntoHeap(this.#heap, timer, isBefore);
    return {
      cancel: () => {
        timer.cancelled = true;
      },
    };
  }

  advance(byMs: number): void {
    const until = later(this.#now, byMs);
    while (this.#runNext(until));
    this.#now = until;
  }

  async advanceSettling(byMs: number, turn: () => Promise<void> = nextTurn): Promise<void> {
    const until = later(this.#now, byMs);
    do await turn();
    while (this.#runNext(until));
    this.#now = until;
  }

  nextAt(): Instant | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.at;
  }

  get waiting(): number {
    return this.#heap.reduce((count, timer) => count + (timer.cancelled ? 0 : 1), 0);
  }

  #runNext(until: Instant): boolean {
    this.#dropCancelled();
    const next = this.#heap[0];
    if (next === undefined || next.at > until) return false;
    popFromHeap(this.#heap, isBefore);
    this.#now = next.at;
    next.run();
    return true;
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.cancelled) popFromHeap(this.#heap, isBefore);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: WaitingTimer, b: WaitingTimer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
