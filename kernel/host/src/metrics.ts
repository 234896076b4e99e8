/**
 * Counters, gauges and timers under Mesos's names. STUB of signatures; replaced.
 */

export interface Counter {
  increment(by?: number): void;
  readonly value: number;
}

/** Keeps a bounded window of durations; exposes `<name>_ms` and its percentiles as Mesos does. */
export interface TimerMetric {
  record(durationMs: number): void;
}

export interface Metrics {
  /** The same name gives the same counter. */
  counter(name: string): Counter;
  gauge(name: string, read: () => number): void;
  timer(name: string): TimerMetric;
  /** Drops every metric whose name begins with `prefix`. */
  remove(prefix: string): void;
  /** Flat, name to value, as `/metrics/snapshot` has it. */
  snapshot(): Record<string, number>;
  /** The same in Prometheus's text format, names made legal, types stated. */
  prometheus(): string;
}

export function createMetrics(): Metrics {
  throw new Error("not there yet");
}
