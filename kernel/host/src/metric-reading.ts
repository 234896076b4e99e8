/**
 * What a metric says when it is read, and the percentiles of a timer.
 */

export interface TimerSummary {
  /** Of all values ever recorded. */
  readonly count: number;
  readonly sumMs: number;
  readonly lastMs: number;
  /** The window, sorted; at least one. */
  readonly sortedMs: readonly number[];
}

export type MetricReading =
  | { readonly kind: "counter" | "gauge"; readonly name: string; readonly value: number }
  | { readonly kind: "timer"; readonly name: string; readonly summary: TimerSummary };

/** Linear between the two nearest values, as libprocess interpolates. `sorted` is not empty. */
export function percentileOf(sorted: readonly number[], rank: number): number {
  const position = rank * (sorted.length - 1);
  const index = Math.floor(position);
  const low = sorted[index] ?? 0;
  const high = sorted[index + 1] ?? low;
  return low + (high - low) * (position - index);
}
