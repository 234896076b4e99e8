/**
 * Counters, gauges and timers under Mesos's names.
 *
 * Owns the registry and Mesos's flat form of it; Prometheus's text is made in prometheus-text.ts from
 * the same families. A gauge is read when somebody asks. A timer keeps a window of its latest values,
 * enough for the percentiles that Mesos shows, and never grows beyond it.
 */

import { invariant } from "@tavola/base";
import { type MetricReading, percentileOf, type TimerSummary } from "./metric-reading.ts";
import { formatPrometheus } from "./prometheus-text.ts";

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
  /** The same name again replaces what is read. A reader that throws leaves its metric out. */
  gauge(name: string, read: () => number): void;
  /** `name` without `_ms`. The same name gives the same timer. */
  timer(name: string): TimerMetric;
  /**
   * Metrics that somebody else keeps, all read when somebody asks: for families whose names come and
   * go, such as those per framework. A source that throws leaves its metrics out.
   */
  source(read: () => Iterable<MetricReading>): void;
  /** Drops every metric whose name begins with `prefix`; sources keep theirs. */
  remove(prefix: string): void;
  /** Flat, name to value, sorted by name, as `/metrics/snapshot` has it. */
  snapshot(): Record<string, number>;
  /** The same in Prometheus's text format, names made legal, types stated. */
  prometheus(): string;
}

/** What libprocess keeps of a time series. */
const timerWindowValues = 1000;

/** Mesos's suffixes and what they mean. */
const percentiles: readonly (readonly [suffix: string, rank: number])[] = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p95", 0.95],
  ["p99", 0.99],
  ["p999", 0.999],
  ["p9999", 0.9999],
];

export function createMetrics(): Metrics {
  return new Registry();
}

class CountingMetric implements Counter {
  value = 0;
  increment(by = 1): void {
    this.value += by;
  }
}

class WindowTimer implements TimerMetric {
  readonly #window: number[] = [];
  #next = 0;
  #count = 0;
  #sumMs = 0;
  #lastMs = 0;

  record(durationMs: number): void {
    this.#window[this.#next] = durationMs;
    this.#next = (this.#next + 1) % timerWindowValues;
    this.#count += 1;
    this.#sumMs += durationMs;
    this.#lastMs = durationMs;
  }

  summary(): TimerSummary | undefined {
    if (this.#count === 0) return undefined;
    const sortedMs = [...this.#window].sort((a, b) => a - b);
    return { count: this.#count, sumMs: this.#sumMs, lastMs: this.#lastMs, sortedMs };
  }
}

type Metric = CountingMetric | WindowTimer | (() => number);

class Registry implements Metrics {
  readonly #metrics = new Map<string, Metric>();
  readonly #sources: (() => Iterable<MetricReading>)[] = [];
  /** Undefined after a change. */
  #sortedNames: readonly string[] | undefined;

  counter(name: string): Counter {
    return this.#named(name, CountingMetric);
  }

  gauge(name: string, read: () => number): void {
    this.#sortedNames = undefined;
    this.#metrics.set(name, read);
  }

  timer(name: string): TimerMetric {
    return this.#named(`${name}_ms`, WindowTimer);
  }

  source(read: () => Iterable<MetricReading>): void {
    this.#sources.push(read);
  }

  remove(prefix: string): void {
    this.#sortedNames = undefined;
    for (const name of this.#metrics.keys()) {
      if (name.startsWith(prefix)) this.#metrics.delete(name);
    }
  }

  snapshot(): Record<string, number> {
    const flat: Record<string, number> = {};
    for (const reading of this.#readAll()) {
      if (reading.kind === "timer") addTimer(flat, reading.name, reading.summary);
      else flat[reading.name] = reading.value;
    }
    return flat;
  }

  prometheus(): string {
    return formatPrometheus(this.#readAll());
  }

  #named<M extends CountingMetric | WindowTimer>(name: string, kind: new () => M): M {
    const known = this.#metrics.get(name);
    if (known === undefined) {
      const metric = new kind();
      this.#sortedNames = undefined;
      this.#metrics.set(name, metric);
      return metric;
    }
    invariant(known instanceof kind, `metric ${name} is of another kind already`);
    return known;
  }

  /** Sorted by name. */
  #readAll(): Iterable<MetricReading> {
    if (this.#sources.length === 0) return this.#read();
    const readings = [...this.#read(), ...this.#sources.flatMap(readSource)];
    return readings.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  *#read(): Generator<MetricReading> {
    this.#sortedNames ??= [...this.#metrics.keys()].sort();
    for (const name of this.#sortedNames) {
      const metric = this.#metrics.get(name);
      if (metric instanceof WindowTimer) {
        const summary = metric.summary();
        if (summary !== undefined) yield { kind: "timer", name, summary };
      } else if (metric instanceof CountingMetric) {
        yield { kind: "counter", name, value: metric.value };
      } else if (metric !== undefined) {
        const value = readGauge(metric);
        if (value !== undefined) yield { kind: "gauge", name, value };
      }
    }
  }
}

/** Mesos leaves a gauge that fails out of the answer; so does JSON with what is no number. */
function readGauge(read: () => number): number | undefined {
  try {
    const value = read();
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readSource(read: () => Iterable<MetricReading>): readonly MetricReading[] {
  try {
    return [...read()].filter((each) => each.kind === "timer" || Number.isFinite(each.value));
  } catch {
    return [];
  }
}

function addTimer(flat: Record<string, number>, name: string, summary: TimerSummary): void {
  flat[name] = summary.lastMs;
  const sorted = summary.sortedMs;
  // libprocess computes nothing from a single value.
  if (sorted.length < 2) return;
  flat[`${name}/count`] = sorted.length;
  flat[`${name}/max`] = sorted.at(-1) ?? 0;
  flat[`${name}/min`] = sorted[0] ?? 0;
  for (const [suffix, rank] of percentiles) flat[`${name}/${suffix}`] = percentileOf(sorted, rank);
}
