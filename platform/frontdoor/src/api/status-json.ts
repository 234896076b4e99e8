/** The status page's facts as JSON, for people's scripts. */

import type { TrafficCounts } from "../core/request-counts.ts";
import type { RefusedRules } from "../rules/rules-keeper.ts";
import { type FrontdoorView, troublesOf } from "./frontdoor-view.ts";

export function statusJson(view: FrontdoorView): Readonly<Record<string, unknown>> {
  const { active, away, refused } = view.rules;
  return {
    startedAt: iso(view.startedAt),
    dataPlane: view.dataPlane,
    urls: view.urls,
    troubles: troublesOf(view),
    rules: {
      from: view.rulesFrom,
      active: active === undefined ? null : { ...active.version, since: iso(active.since) },
      away: away === undefined ? null : { reason: away.reason, since: iso(away.since) },
      refused: refused.map(refusedJson),
      lines: (active?.rules ?? []).map(({ line, text }) => ({
        line,
        text,
        ...trafficJson(view.counts.byLine.get(line)),
      })),
    },
    services: Object.fromEntries(
      [...view.services.keys()].map((service) => [service, serviceJson(view, service)]),
    ),
    discovery: {
      servers: view.discovery.servers,
      staleSince: view.discovery.staleSince === undefined ? null : iso(view.discovery.staleSince),
      trouble: view.discovery.trouble ?? null,
    },
    traffic: { ...trafficJson(view.counts.all), unmatched: view.counts.unmatched },
  };
}

function refusedJson({ version, reasons, at }: RefusedRules) {
  return { ...version, reasons, refusedAt: iso(at) };
}

function serviceJson(view: FrontdoorView, service: string) {
  const instances = (view.services.get(service) ?? []).map((instance) => {
    const health = view.health.find(
      (each) => each.service === service && each.instance.id === instance.id,
    );
    return {
      ...instance,
      state: health?.state ?? "up",
      reason: health?.reason ?? null,
      active: health?.active ?? 0,
    };
  });
  return { ...trafficJson(view.counts.byService.get(service)), instances };
}

function trafficJson(counts: TrafficCounts | undefined) {
  const errors = counts?.byClass.get("5xx") ?? 0;
  return { requests: counts?.requests ?? 0, errors, retries: counts?.retries ?? 0 };
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
