/**
 * Services as people and tools look them up: which there are, and the instances of one, with the
 * weight and the zone that their metadata tells.
 */

import type { HttpRequest, HttpResponse } from "@tavola/host";
import { type Announcement, membersOf } from "../core/announcement.ts";
import { matches, parseFilter, parseServiceName } from "../core/filter.ts";
import { jsonAnswer, refusal } from "./answers.ts";
import type { ApiContext } from "./api-context.ts";

/** `GET /services`: sorted by type; the filters of a watch choose among the instances. */
export function services({ directory }: ApiContext, request: HttpRequest): HttpResponse {
  const { filter, refusal: refused } = parseFilter(request.query);
  if (refused !== undefined) return refusal(400, refused);
  const listed: unknown[] = [];
  for (const serviceType of [...directory.catalogue.types()].sort()) {
    const features = new Set<string>();
    let instances = 0;
    for (const entry of directory.catalogue.ofType(serviceType)) {
      if (!matches(filter, entry)) continue;
      instances += 1;
      if (entry.feature !== undefined) features.add(entry.feature);
    }
    if (instances > 0) listed.push({ serviceType, features: [...features].sort(), instances });
  }
  return jsonAnswer(200, JSON.stringify({ index: directory.index, services: listed }));
}

/** `GET /services/{type}[:{feature}]`: its instances; a type that nobody announces has none. */
export function service(
  { directory }: ApiContext,
  request: HttpRequest,
  name: string,
): HttpResponse {
  const { filter, refusal: refused } = parseFilter(request.query);
  if (refused !== undefined) return refusal(400, refused);
  const { serviceType, feature } = parseServiceName(name);
  const instances: string[] = [];
  for (const entry of directory.catalogue.ofType(serviceType)) {
    if (feature !== undefined && entry.feature !== feature) continue;
    if (matches(filter, entry)) instances.push(instanceJson(entry));
  }
  const about = JSON.stringify({ index: directory.index, serviceType, feature }).slice(0, -1);
  return jsonAnswer(200, `${about},"instances":[${instances.join(",")}]}`);
}

/** The announcement, with its weight (1 where none is told) and its zone. */
function instanceJson(announcement: Announcement): string {
  const metadata = membersOf(announcement)["metadata"];
  const more = JSON.stringify({ weight: weightOf(metadata), zone: zoneOf(metadata) });
  return `{"announcement":${announcement.json},${more.slice(1)}`;
}

/** Typed clients write every value as text; what is no number from 0 up counts as 1. */
function weightOf(metadata: unknown): number {
  const told = memberOf(metadata, "weight");
  const weight = typeof told === "string" && told.trim() !== "" ? Number(told) : told;
  return typeof weight === "number" && Number.isFinite(weight) && weight >= 0 ? weight : 1;
}

function zoneOf(metadata: unknown): string | undefined {
  const told = memberOf(metadata, "zone");
  return typeof told === "string" && told !== "" ? told : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
