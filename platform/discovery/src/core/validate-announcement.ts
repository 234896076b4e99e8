/**
 * What an announcement must be, and which member of one is not.
 *
 * Three members are looked at; every other one is kept as it came. Null stands for absence, because
 * that is how typed clients write it.
 */

import type { Announcement } from "./announcement.ts";

export interface Refusal {
  /** One sentence that names the member and what was expected. */
  readonly error: string;
  /** Path of the member; undefined: it is about all of it. */
  readonly field?: string;
}

export type Validated =
  | { readonly announcement: Announcement; readonly refusal?: never }
  | { readonly refusal: Refusal; readonly announcement?: never };

const limits = {
  nameCharactersMax: 255,
  uriCharactersMax: 2048,
  /** Nothing that people write is deeper, and what walks through it does so by recursion. */
  depthMax: 32,
} as const;

/** C0, DEL and C1: they have no place in a name, a log line or an HTTP header. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controls = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * `value`: what JSON.parse() made of the body. `newId` is the announcement's where it brings none.
 * Pure; the same input gives the same answer.
 */
export function validateAnnouncement(
  value: unknown,
  newId: string,
  owner: string | undefined,
): Validated {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse(undefined, `expected an announcement, a JSON object, got ${kindOf(value)}`);
  }
  if (isDeeperThan(value, limits.depthMax)) {
    return refuse(undefined, `nested deeper than ${limits.depthMax} levels`);
  }
  const { announcementId, ...rest } = value as Record<string, unknown>;
  const { serviceType, serviceUri, feature, metadata } = rest;
  const refusal =
    nameRefusal("announcementId", announcementId ?? newId) ??
    nameRefusal("serviceType", serviceType) ??
    colonRefusal(serviceType) ??
    uriRefusal(serviceUri) ??
    (isAbsent(feature) ? undefined : nameRefusal("feature", feature)) ??
    metadataRefusal(metadata);
  if (refusal !== undefined) return { refusal };
  const id = (announcementId ?? newId) as string;
  return {
    announcement: {
      id,
      serviceType: serviceType as string,
      feature: typeof feature === "string" ? feature : undefined,
      json: JSON.stringify({ announcementId: id, ...rest }),
      owner,
    },
  };
}

function refuse(field: string | undefined, error: string): Validated {
  return { refusal: refusalOf(field, error) };
}

function refusalOf(field: string | undefined, error: string): Refusal {
  return field === undefined ? { error } : { error: `${field}: ${error}`, field };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function nameRefusal(field: string, value: unknown): Refusal | undefined {
  if (isAbsent(value)) return refusalOf(field, "expected a name, it is missing");
  if (typeof value !== "string") return refusalOf(field, `expected a string, got ${kindOf(value)}`);
  if (value === "") return refusalOf(field, "expected a name, it is empty");
  if (value.length > limits.nameCharactersMax) {
    return refusalOf(field, `longer than ${limits.nameCharactersMax} characters`);
  }
  // A half of a surrogate pair: no path, no header and no other language can say it.
  if (!value.isWellFormed()) return refusalOf(field, "is no text of Unicode");
  return controls.test(value) ? refusalOf(field, "holds control characters") : undefined;
}

/** It could never be looked up: what stands behind a colon is a feature. */
function colonRefusal(serviceType: unknown): Refusal | undefined {
  if (!(serviceType as string).includes(":")) return undefined;
  return refusalOf("serviceType", 'may not hold ":", behind which a feature is named');
}

function uriRefusal(value: unknown): Refusal | undefined {
  const field = "serviceUri";
  if (isAbsent(value)) return refusalOf(field, "expected a URI, it is missing");
  if (typeof value !== "string") return refusalOf(field, `expected a string, got ${kindOf(value)}`);
  if (value.length > limits.uriCharactersMax) {
    return refusalOf(field, `longer than ${limits.uriCharactersMax} characters`);
  }
  const parsed = /[\s\\]/.test(value) || controls.test(value) ? null : URL.parse(value);
  if (parsed === null || parsed.hostname === "") {
    return refusalOf(field, `expected a URI such as "http://10.0.0.1:8080", got ${quoted(value)}`);
  }
  return undefined;
}

function metadataRefusal(value: unknown): Refusal | undefined {
  if (isAbsent(value) || (typeof value === "object" && !Array.isArray(value))) return undefined;
  return refusalOf("metadata", `expected an object, got ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((each) => isDeeperThan(each, levels - 1));
}
