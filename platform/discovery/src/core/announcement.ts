/**
 * An announcement as the catalogue keeps it: what is looked for, and the text that is handed on.
 *
 * The text is made once, when it is announced; every update, listing and batch is put together from
 * these texts. What it says besides is read only by who asks for it.
 */

import { parseExactly } from "./exact-numbers.ts";

/** Servers announce themselves under it, and clients send their calls to whoever does. */
export const ownServiceType = "discovery";

export interface Announcement {
  readonly id: string;
  readonly serviceType: string;
  readonly feature: string | undefined;
  /** JSON of all of it, its id first, as everybody gets it. */
  readonly json: string;
  /** Who may change or withdraw it: the hash of a key. Undefined: anybody who knows its id. */
  readonly owner: string | undefined;
}

/** All members, those included that nobody here knows; numbers as `parseExactly` has them. */
export function membersOf({ json }: Announcement): Readonly<Record<string, unknown>> {
  return parseExactly(json) as Record<string, unknown>;
}

/** Out of the text that this or another server made of it. Throws on anything else. */
export function announcementOf(json: string, owner: string | undefined): Announcement {
  const members = JSON.parse(json) as Record<string, unknown>;
  const { announcementId, serviceType, feature } = members;
  if (typeof announcementId !== "string" || typeof serviceType !== "string") {
    throw new SyntaxError("an announcement has an id and a serviceType");
  }
  return {
    id: announcementId,
    serviceType,
    feature: typeof feature === "string" ? feature : undefined,
    json,
    owner,
  };
}

/** Whether the two say the same, in whatever order their members come. */
export function saysTheSame(a: Announcement, b: Announcement): boolean {
  if (a.owner !== b.owner) return false;
  return a.json === b.json || sortedJson(membersOf(a)) === sortedJson(membersOf(b));
}

function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${sortedJson(each)}`).join(",")}}`;
}
