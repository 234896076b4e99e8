/**
 * Metrics in Prometheus's text format, version 0.0.4: what `GET /metrics` answers.
 *
 * Names are listed in `docs/reference/frontdoor-endpoints.md`. There are as many series as rules and
 * the services that they name; nothing that a client sends makes one.
 */

import { latencyBoundsSeconds } from "../core/latency-histogram.ts";
import type { TrafficCounts } from "../core/request-counts.ts";
import type { InstanceHealth } from "../plane/data-plane.ts";
import type { FrontdoorView } from "./frontdoor-view.ts";

type Labels = Readonly<Record<string, string | number>>;
type Sample = readonly [labels: Labels, value: number];

const instanceStates: readonly InstanceHealth["state"][] = [
  "up",
  "starting",
  "ejected",
  "draining",
];

export function metricsText(view: FrontdoorView): string {
  return [...ofRules(view), ...ofTraffic(view), ...ofInstances(view), ...ofProcess(view)].join("");
}

function* ofRules({ rules, counts, accessLogDropped, commitStatusesTold }: FrontdoorView) {
  const { active, away, newestRefused } = rules;
  yield gauge("rules", "Rules in effect.", active?.rules.length ?? 0);
  const info = active === undefined ? [] : [[{ version: active.version.id }, 1] as const];
  yield family("rules_info", "gauge", "Which rules are in effect.", info);
  const since = (active?.since ?? 0) / 1000;
  yield gauge("rules_since_seconds", "When they came into effect, since the epoch.", since);
  yield counter("rules_taken_total", "Versions of the rules that were taken.", rules.takenTotal);
  yield counter("rules_refused_total", "Versions that were refused.", rules.refusedTotal);
  const isRefused = newestRefused === undefined ? 0 : 1;
  yield gauge("rules_newest_refused", "Whether the newest version was refused.", isRefused);
  yield gauge(
    "rules_source_up",
    "Whether the rules' source can be read.",
    away === undefined ? 1 : 0,
  );
  yield counter(
    "commit_statuses_total",
    "Verdicts told to the repository's host.",
    commitStatusesTold,
  );
  yield counter("unmatched_requests_total", "Requests that no rule took.", counts.unmatched);
  yield counter("access_log_dropped_total", "Lines not written.", accessLogDropped);
}

function* ofTraffic({ counts, rules }: FrontdoorView) {
  const all: readonly Group[] = [[{}, counts.all]];
  yield* trafficFamilies("", all);
  const lines: Group[] = (rules.active?.rules ?? []).flatMap(({ line }) => {
    const found = counts.byLine.get(line);
    return found === undefined ? [] : [[{ line }, found] as const];
  });
  yield* trafficFamilies("rule_", lines);
  const services: Group[] = [...counts.byService].map(([service, found]) => [{ service }, found]);
  yield* trafficFamilies("service_", services);
}

type Group = readonly [labels: Labels, counts: TrafficCounts];

function* trafficFamilies(of: string, groups: readonly Group[]) {
  const requests = groups.flatMap(([labels, { byClass }]) =>
    [...byClass].map(([code, count]) => [{ ...labels, code }, count] as const),
  );
  yield family(`${of}requests_total`, "counter", "Requests that have ended.", requests);
  const each = (read: (counts: TrafficCounts) => number): Sample[] =>
    groups.map(([labels, counts]) => [labels, read(counts)]);
  yield family(
    `${of}failures_total`,
    "counter",
    "Requests that failed here.",
    each((c) => c.failures),
  );
  yield family(
    `${of}retries_total`,
    "counter",
    "Attempts beyond the first.",
    each((c) => c.retries),
  );
  const received = each((c) => c.requestBytes);
  yield family(`${of}request_bytes_total`, "counter", "Bytes of requests' bodies.", received);
  const sent = each((c) => c.responseBytes);
  yield family(`${of}response_bytes_total`, "counter", "Bytes of responses' bodies.", sent);
  yield histogram(`${of}request_seconds`, "How long requests took.", groups);
}

function* ofInstances({ services, health, discovery, now }: FrontdoorView) {
  const samples: Sample[] = [];
  const active: Sample[] = [];
  for (const [service, instances] of services) {
    const known = health.filter((each) => each.service === service);
    for (const state of instanceStates) {
      const count = known.filter((each) => each.state === state).length;
      const unknown = state === "up" ? Math.max(0, instances.length - known.length) : 0;
      samples.push([{ service, state }, count + unknown]);
    }
    active.push([{ service }, known.reduce((sum, each) => sum + each.active, 0)]);
  }
  yield family("instances", "gauge", "Instances of services.", samples);
  yield family("active_requests", "gauge", "Requests at instances now.", active);
  const staleSeconds = discovery.staleSince === undefined ? 0 : (now - discovery.staleSince) / 1000;
  yield gauge("discovery_stale_seconds", "For how long no discovery server answers.", staleSeconds);
}

function* ofProcess({ certificatesTrouble, certificatesEndAt, now, startedAt }: FrontdoorView) {
  const refused = certificatesTrouble === undefined ? 0 : 1;
  yield gauge("certificates_refused", "Whether those on disk are not those served.", refused);
  if (certificatesEndAt !== undefined) {
    const seconds = (certificatesEndAt - now) / 1000;
    const help = "Until the first certificate in use ends; below 0 when it has.";
    yield gauge("certificates_end_seconds", help, seconds);
  }
  yield gauge("start_time_seconds", "When it was started, since the epoch.", startedAt / 1000);
}

function gauge(name: string, help: string, value: number): string {
  return family(name, "gauge", help, [[{}, value]]);
}

function counter(name: string, help: string, value: number): string {
  return family(name, "counter", help, [[{}, value]]);
}

function family(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const full = `tavola_frontdoor_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${formatLabels(labels)} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join("")}`;
}

function histogram(name: string, help: string, groups: readonly Group[]): string {
  const full = `tavola_frontdoor_${name}`;
  let text = `# HELP ${full} ${help}\n# TYPE ${full} histogram\n`;
  for (const [labels, { latency }] of groups) {
    const counts = latency.cumulative();
    for (const [at, count] of counts.entries()) {
      const le = latencyBoundsSeconds[at] ?? "+Inf";
      text += `${full}_bucket${formatLabels({ ...labels, le })} ${count}\n`;
    }
    text += `${full}_sum${formatLabels(labels)} ${latency.sumSeconds}\n`;
    text += `${full}_count${formatLabels(labels)} ${counts.at(-1) ?? 0}\n`;
  }
  return text;
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const escaped = String(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"');
    return `${name}="${escaped.replaceAll("\n", "\\n")}"`;
  });
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
