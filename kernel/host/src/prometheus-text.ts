/**
 * Metrics in Prometheus's text format, version 0.0.4.
 *
 * Mesos puts framework, role and principal into a metric's name; here they become labels, so that a
 * query can sum over them. The rest of the name keeps its words, with `_` for what is not legal and
 * `tavola_` before it. A family is written in one piece with its type, as the format demands.
 */

import { type MetricReading, percentileOf } from "./metric-reading.ts";

/** Named groups become labels; what they matched leaves the name. */
const labelRules: readonly RegExp[] = [
  /^master\/frameworks\/(?<framework_name>[^/]*)\/(?<framework_id>[^/]+)\/roles\/(?<role>.+)\/suppressed$/s,
  /^master\/frameworks\/(?<framework_name>[^/]*)\/(?<framework_id>[^/]+)\/.+$/s,
  /^frameworks\/(?<principal>.+)\/messages_(?:received|processed)$/s,
  /^allocator\/mesos\/quota\/roles\/(?<role>.+)\/resources\/(?<resource>[^/]+)\/[^/]+$/s,
  /^allocator\/mesos\/offer_filters\/roles\/(?<role>.+)\/active$/s,
  /^allocator\/mesos\/roles\/(?<role>.+)\/shares\/dominant$/s,
];

const namePrefix = "tavola_";
const quantiles = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999] as const;

interface Family {
  readonly type: "counter" | "gauge" | "summary";
  readonly lines: string[];
  readonly series: Set<string>;
}

export function formatPrometheus(readings: Iterable<MetricReading>): string {
  const families = new Map<string, Family>();
  for (const reading of readings) {
    const { family, labels } = splitName(reading.name);
    const type = reading.kind === "timer" ? "summary" : reading.kind;
    const name = freeName(families, family, type);
    let entry = families.get(name);
    if (entry === undefined) {
      entry = { type, lines: [], series: new Set() };
      families.set(name, entry);
    }
    // Two names that become one are told apart by the one they had.
    if (entry.series.has(formatLabels(labels))) labels["metric"] = reading.name;
    entry.series.add(formatLabels(labels));
    addLines(entry.lines, name, labels, reading);
  }
  let text = "";
  for (const [name, { type, lines }] of families) {
    text += `# TYPE ${name} ${type}\n${lines.join("\n")}\n`;
  }
  return text;
}

function splitName(metric: string): { family: string; labels: Record<string, string> } {
  for (const rule of labelRules) {
    const match = rule.exec(metric);
    if (match?.groups === undefined) continue;
    let rest = metric;
    const labels: Record<string, string> = {};
    for (const [label, value] of Object.entries(match.groups)) {
      labels[label] = decoded(value);
      rest = rest.replace(`/${value}/`, "/");
    }
    return { family: legalName(rest), labels };
  }
  return { family: legalName(metric), labels: {} };
}

/** A family has one type; a name that is taken by another type gets its own appended. */
function freeName(
  families: ReadonlyMap<string, Family>,
  family: string,
  type: Family["type"],
): string {
  const known = families.get(family);
  return known === undefined || known.type === type ? family : `${family}_${type}`;
}

function addLines(
  lines: string[],
  name: string,
  labels: Readonly<Record<string, string>>,
  reading: MetricReading,
): void {
  if (reading.kind !== "timer") {
    lines.push(`${name}${formatLabels(labels)} ${reading.value}`);
    return;
  }
  const { summary } = reading;
  for (const quantile of quantiles) {
    const value = percentileOf(summary.sortedMs, quantile);
    lines.push(`${name}${formatLabels({ ...labels, quantile: String(quantile) })} ${value}`);
  }
  lines.push(`${name}_sum${formatLabels(labels)} ${summary.sumMs}`);
  lines.push(`${name}_count${formatLabels(labels)} ${summary.count}`);
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

/** Mesos percent-encodes a framework's name for its metrics. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function legalName(name: string): string {
  return namePrefix + name.replaceAll(/[^a-zA-Z0-9_:]/g, "_");
}
