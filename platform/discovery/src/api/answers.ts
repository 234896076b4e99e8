/**
 * The forms that answers have: JSON, and a refusal that says which member is wrong.
 */

import { CodedError, describeError } from "@tavola/base";
import type { HttpResponse, PlainResponse } from "@tavola/host";
import type { Answer } from "../core/plan-batch.ts";
import type { Refusal } from "../core/validate-announcement.ts";
import type { ApiContext } from "./api-context.ts";

const jsonType = "application/json";

/** Seconds since the store was last heard of, where what is told may be old. */
const staleHeader = "X-Tavola-Stale";

/** What every answer says besides: how old it may be. */
export function staleHeaders({
  link: { staleSince },
  clock,
}: Pick<ApiContext, "link" | "clock">): Readonly<Record<string, string>> | undefined {
  if (staleSince === undefined) return undefined;
  return { [staleHeader]: String(Math.max(0, Math.round((clock.now() - staleSince) / 1000))) };
}

export function jsonAnswer(status: number, body: string | Uint8Array): PlainResponse {
  return { status, headers: { "Content-Type": jsonType }, body };
}

export function refusal(status: number, { error, field }: Refusal): HttpResponse {
  return jsonAnswer(status, JSON.stringify(field === undefined ? { error } : { error, field }));
}

/** The same may be done again in a moment, here or at another server. */
export function laterRefusal(status: 429 | 503, error: string): HttpResponse {
  return {
    status,
    headers: { "Content-Type": jsonType, "Retry-After": "1" },
    body: JSON.stringify({ error }),
  };
}

/** For what was asked of the store and was not done. */
export function refusedAnswer(answer: Exclude<Answer, { kind: "done" }>, id: string): HttpResponse {
  if (answer.kind === "unknown") {
    const error = `announcementId: nothing is announced as ${JSON.stringify(id)}`;
    return refusal(404, { error, field: "announcementId" });
  }
  if (answer.kind === "not-owner") {
    const error = `announcementId: ${JSON.stringify(id)} belongs to somebody else: it was announced with another key (Authorization)`;
    return refusal(403, { error, field: "announcementId" });
  }
  if (answer.of === "serviceType") {
    const error = `serviceType: there are ${answer.max} announcements of it already (--announcements_per_type_max)`;
    return refusal(429, { error, field: "serviceType" });
  }
  return laterRefusal(429, `there are ${answer.max} announcements already (--announcements_max)`);
}

/** UNAVAILABLE and OVERLOADED; anything else is a bug, and thrown on. */
export function unavailableAnswer(error: unknown): HttpResponse {
  if (!(error instanceof CodedError)) throw error;
  return laterRefusal(503, describeError(error));
}
