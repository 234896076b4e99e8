/**
 * What is announced, and what a discovery server says to whoever watches, as data.
 *
 * The protocol is OpenTable's: `GET /watch`, `POST /announcement`, `DELETE /announcement/{id}`. A
 * member that nobody here knows is kept and handed on. What cannot be an announcement is left out of
 * an answer, so that one bad guest does not hide the others. Pure.
 */

import type { Result } from "@tavola/base";

export interface Announcement {
  readonly announcementId: string;
  readonly serviceType: string;
  /** Where it answers: `http://host:port`, perhaps with a path. */
  readonly serviceUri: string;
  /** A service is looked up as `serviceType`, or as `serviceType:feature`. */
  readonly feature?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** As an author gives it: without an id it is given one. */
export interface NewAnnouncement {
  readonly announcementId?: string;
  readonly serviceType: string;
  readonly serviceUri: string;
  readonly feature?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

export interface WatchAnswer {
  /** `updates` is all there is; what is not in it is gone. */
  readonly fullUpdate: boolean;
  readonly index: number;
  readonly deletes: readonly string[];
  readonly updates: readonly Announcement[];
}

/** The error names what was wanted. */
export function parseAnnouncement(json: unknown): Result<Announcement> {
  if (!isObject(json)) return { error: "an announcement must be an object" };
  for (const name of ["announcementId", "serviceType", "serviceUri"]) {
    const member = json[name];
    if (typeof member !== "string" || member === "") {
      return { error: `an announcement's ${name} must be a text that is not empty` };
    }
  }
  const { feature, metadata, ...rest } = json;
  return {
    value: {
      ...(rest as Pick<Announcement, "announcementId" | "serviceType" | "serviceUri">),
      // Some clients write null for what they do not have.
      ...(typeof feature === "string" && feature !== "" ? { feature } : {}),
      ...(isObject(metadata) ? { metadata } : {}),
    },
  };
}

/** Of a 200's body. */
export function parseWatchAnswer(text: string): Result<WatchAnswer> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { error: "the answer to a watch is no JSON" };
  }
  if (!isObject(json)) return { error: "the answer to a watch must be an object" };
  const { fullUpdate, index, deletes = [], updates = [] } = json;
  if (typeof fullUpdate !== "boolean") return { error: "fullUpdate must be true or false" };
  if (!Number.isSafeInteger(index)) return { error: "index must be a whole number" };
  if (!Array.isArray(deletes) || !Array.isArray(updates)) {
    return { error: "deletes and updates must be lists" };
  }
  return {
    value: {
      fullUpdate,
      index: index as number,
      deletes: deletes.filter((id) => typeof id === "string"),
      updates: updates.flatMap((each: unknown) => parseAnnouncement(each).value ?? []),
    },
  };
}

/** Whether `service` (`type`, or `type:feature`) names it. */
export function isOfService({ serviceType, feature }: Announcement, service: string): boolean {
  return (
    serviceType === service || (feature !== undefined && `${serviceType}:${feature}` === service)
  );
}

/** Of metadata: a number above or equal to 0, or one as text; 1 where it says none, or nonsense. */
export function weightOf({ metadata }: Announcement): number {
  const told = metadata?.["weight"];
  const weight = typeof told === "string" && told.trim() !== "" ? Number(told) : told;
  return typeof weight === "number" && Number.isFinite(weight) && weight >= 0 ? weight : 1;
}

export function zoneOf({ metadata }: Announcement): string | undefined {
  const zone = metadata?.["zone"];
  return typeof zone === "string" ? zone : undefined;
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
