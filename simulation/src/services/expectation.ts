/**
 * What somebody may rely on about one value of a request: what the last call that succeeded said, or
 * what a call said of which nobody knows what became of it, as long as it may still be on its way.
 */

/** Longer than anything that was sent can be held up: twice what TCP bears, on two ways. */
const onTheWayMsMax = 130_000;

interface Unsure<T> {
  readonly value: T;
  readonly untilMs: number;
}

export class Expectation<T> {
  #certain: T;
  #unsure: Unsure<T>[] = [];

  constructor(value: T) {
    this.#certain = value;
  }

  /** The last that was certain. */
  get value(): T {
    return this.#certain;
  }

  /** A call succeeded. What was on its way before may still come after it. */
  becomes(value: T): void {
    this.#certain = value;
  }

  /** Nobody knows what became of the call: that may be for good. */
  mayBecome(value: T, nowMs: number): void {
    this.#unsure.push({ value, untilMs: nowMs + onTheWayMsMax });
  }

  /** It was looked up: what was seen holds, but for what may yet come. */
  seen(value: T, nowMs: number): boolean {
    const isAllowed = this.#certain === value || this.#unsure.some((each) => each.value === value);
    this.#certain = value;
    this.#unsure = this.#unsure.filter(({ untilMs }) => untilMs > nowMs);
    return isAllowed;
  }

  toString(): string {
    return [this.#certain, ...this.#unsure.map(({ value }) => `perhaps ${value}`)].join(", ");
  }
}
