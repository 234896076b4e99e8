/**
 * The greatest and the least of something, and when, within a day.
 */

import { dayMs } from "@tavola/base";

export interface Extreme {
  readonly value: number;
  readonly at: number;
}

export class UsageRange {
  #max: Extreme | undefined;
  #min: Extreme | undefined;

  get max(): Extreme | undefined {
    return this.#max;
  }

  get min(): Extreme | undefined {
    return this.#min;
  }

  /** What is more than a day older gives way to whatever comes. */
  add(value: number, at: number): void {
    const extreme = { value, at };
    if (this.#max === undefined || value >= this.#max.value || isPast(this.#max, at)) {
      this.#max = extreme;
    }
    if (this.#min === undefined || value <= this.#min.value || isPast(this.#min, at)) {
      this.#min = extreme;
    }
  }
}

function isPast(extreme: Extreme, now: number): boolean {
  return now - extreme.at > dayMs;
}
