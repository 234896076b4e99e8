/** How long requests took: how many of them at most so long, as Prometheus counts. */

/** Upper bounds in seconds; above the last one is all the rest. */
export const latencyBoundsSeconds = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

export class LatencyHistogram {
  /** Of each bound, not summed up; one more for the rest. */
  readonly #counts = new Float64Array(latencyBoundsSeconds.length + 1);
  #sumSeconds = 0;

  record(durationMs: number): void {
    const seconds = durationMs / 1000;
    let at = 0;
    while (at < latencyBoundsSeconds.length && seconds > (latencyBoundsSeconds[at] as number)) {
      at += 1;
    }
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#sumSeconds += seconds;
  }

  get sumSeconds(): number {
    return this.#sumSeconds;
  }

  /** Of each bound, and of all: how many took at most so long. */
  cumulative(): readonly number[] {
    let sum = 0;
    return Array.from(this.#counts, (count) => {
      sum += count;
      return sum;
    });
  }
}
