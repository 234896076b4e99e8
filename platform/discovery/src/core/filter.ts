/**
 * Which announcements somebody wants: by `serviceType` or `serviceType:feature`, by feature, and by
 * members of the metadata.
 *
 *     ?serviceType=web&serviceType=api:v2       one of these
 *     ?feature=v2                               and this
 *     ?metadata.zone=a&metadata.rack.row=7      and these, by what they say as text
 *
 * A name may hold dots itself: `metadata.git.sha` is the member `git.sha`, or `sha` within `git`.
 */

import { type Announcement, membersOf } from "./announcement.ts";
import type { Refusal } from "./validate-announcement.ts";

/** A service as it is looked up. */
export interface ServiceName {
  readonly serviceType: string;
  /** Undefined: any, and none. */
  readonly feature: string | undefined;
}

export interface Filter {
  /** The same for all filters that mean the same. "" takes everything. */
  readonly key: string;
  /** Undefined: of any type. */
  readonly services: readonly ServiceName[] | undefined;
  readonly features: readonly string[];
  /** Path within the metadata, and what must stand there. */
  readonly metadata: readonly (readonly [path: string, text: string])[];
}

export const everything: Filter = { key: "", services: undefined, features: [], metadata: [] };

const conditionsMax = 64;
const metadataPrefix = "metadata.";

/** Passes other parameters over. */
export function parseFilter(
  query: Iterable<readonly [name: string, value: string]>,
):
  | { readonly filter: Filter; readonly refusal?: never }
  | { readonly refusal: Refusal; readonly filter?: never } {
  const services: ServiceName[] = [];
  const features: string[] = [];
  const metadata: (readonly [string, string])[] = [];
  const keys: string[] = [];
  for (const [name, value] of query) {
    if (name === "serviceType") services.push(parseServiceName(value));
    else if (name === "feature") features.push(value);
    else if (name.startsWith(metadataPrefix)) {
      metadata.push([name.slice(metadataPrefix.length), value]);
    } else continue;
    if (value === "") return { refusal: { error: `${name}: expected a value`, field: name } };
    keys.push(JSON.stringify([name, value]));
  }
  if (keys.length === 0) return { filter: everything };
  if (keys.length > conditionsMax) {
    return { refusal: { error: `more than ${conditionsMax} conditions` } };
  }
  const key = [...new Set(keys)].sort().join();
  return {
    filter: { key, services: services.length === 0 ? undefined : services, features, metadata },
  };
}

/** What stands before the first colon is the type. */
export function parseServiceName(text: string): ServiceName {
  const colon = text.indexOf(":");
  if (colon < 0) return { serviceType: text, feature: undefined };
  return { serviceType: text.slice(0, colon), feature: text.slice(colon + 1) };
}

export function matches(filter: Filter, announcement: Announcement): boolean {
  const { services, features, metadata } = filter;
  if (services !== undefined && !services.some((service) => isOf(service, announcement))) {
    return false;
  }
  if (features.length > 0 && !features.includes(announcement.feature ?? "")) return false;
  return metadata.length === 0 || hasMetadata(metadata, membersOf(announcement)["metadata"]);
}

function isOf(service: ServiceName, { serviceType, feature }: Announcement): boolean {
  return (
    service.serviceType === serviceType &&
    (service.feature === undefined || service.feature === feature)
  );
}

function hasMetadata(wanted: Filter["metadata"], found: unknown): boolean {
  return wanted.every(([path, text]) => stands(found, path, text));
}

/** Whether `text` is what some way along `path` leads to. PERF: O(members of `value`, at most). */
function stands(value: unknown, path: string, text: string): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.getOwnPropertyNames(value).some((name) => {
    const member = (value as Record<string, unknown>)[name];
    if (path === name) return textOf(member) === text;
    return path.startsWith(`${name}.`) && stands(member, path.slice(name.length + 1), text);
  });
}

function textOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
