/**
 * Announcing, renewing, withdrawing, and looking at single announcements.
 *
 * A renewal is an announcement that says what is known already; it is noted in memory and costs the
 * store nothing. Whoever announces with a key (`Authorization: Bearer …`) keeps the announcement to
 * himself: without the same key nobody renews, changes or withdraws it.
 */

import { createHash } from "node:crypto";
import { CodedError } from "@tavola/base";
import { type HttpRequest, type HttpResponse, newUuid, type PlainResponse } from "@tavola/host";
import { type Announcement, ownServiceType, saysTheSame } from "../core/announcement.ts";
import type { Catalogue } from "../core/catalogue.ts";
import { withNumbersAsWritten } from "../core/exact-numbers.ts";
import { everything, parseFilter } from "../core/filter.ts";
import { mayChange } from "../core/plan-batch.ts";
import { rememberRenewal } from "../core/renewal-text.ts";
import { validateAnnouncement } from "../core/validate-announcement.ts";
import { selected } from "../core/watch-update.ts";
import { jsonAnswer, refusal, refusedAnswer, unavailableAnswer } from "./answers.ts";
import type { ApiContext } from "./api-context.ts";

/** Of the body. */
export const announcementBytesMax = 32 * 1024;

export async function announce(context: ApiContext, request: HttpRequest): Promise<HttpResponse> {
  const owner = ownerOf(request);
  const { text, value, error } = parseJson(await request.body());
  if (error !== undefined) return error;
  const { announcement: read, refusal: refused } = validateAnnouncement(value, newUuid(), owner);
  if (refused !== undefined) return refusal(400, refused);
  const announcement = withNumbersAsWritten(read, text);
  if (announcement.serviceType === ownServiceType) {
    const text = `serviceType: "${ownServiceType}" is announced by the discovery servers themselves`;
    return refusal(403, { error: text, field: "serviceType" });
  }
  const { directory, link, others, clock, metrics } = context;
  const known = directory.catalogue.get(announcement.id);
  if (known !== undefined && !mayChange(known, owner)) {
    return refusedAnswer({ kind: "not-owner" }, announcement.id);
  }
  if (known !== undefined && saysTheSame(known, announcement)) {
    rememberRenewal(known, text);
    directory.leases.renewed(known.id, clock.now());
    metrics.counter("discovery/renewals").increment();
    return announced(known);
  }
  try {
    const answer = await link.submit({ kind: "announce", announcement });
    if (answer.kind !== "done") return refusedAnswer(answer, announcement.id);
    directory.leases.renewed(announcement.id, clock.now());
    metrics.counter("discovery/announced").increment();
    // What it said before, said again elsewhere, would be a renewal of that.
    if (known !== undefined) await others.follow();
    return announced(answer.announcement ?? announcement);
  } catch (error) {
    return unavailableAnswer(error);
  }
}

export function announced({ id, json }: Announcement): PlainResponse {
  return {
    status: 201,
    headers: {
      "Content-Type": "application/json",
      Location: `/announcement/${encodeURIComponent(id)}`,
    },
    body: json,
  };
}

export async function withdraw(
  context: ApiContext,
  request: HttpRequest,
  id: string,
): Promise<HttpResponse> {
  const { directory, link, others, metrics } = context;
  const known = directory.catalogue.get(id);
  if (known?.serviceType === ownServiceType) return refusedAnswer({ kind: "not-owner" }, id);
  // Announced elsewhere a moment ago, perhaps.
  if (known === undefined) await link.follow();
  try {
    const answer = await link.submit({ kind: "withdraw", id, owner: ownerOf(request) });
    if (answer.kind !== "done") return refusedAnswer(answer, id);
    metrics.counter("discovery/withdrawn").increment();
    // Announced again at one that has not read of it yet, it would be a renewal of what is gone.
    await others.follow();
    return { status: 204 };
  } catch (error) {
    return unavailableAnswer(error);
  }
}

export async function one({ directory, link }: ApiContext, id: string): Promise<HttpResponse> {
  // Announced elsewhere a moment ago, perhaps.
  if (directory.catalogue.get(id) === undefined) await link.follow();
  const entry = directory.catalogue.get(id);
  return entry === undefined ? refusedAnswer({ kind: "unknown" }, id) : jsonAnswer(200, entry.json);
}

/** `GET /announcement`: a list, by the filters of a watch. */
export function list({ directory }: ApiContext, request: HttpRequest): HttpResponse {
  const { filter, refusal: refused } = parseFilter(request.query);
  if (refused !== undefined) return refusal(400, refused);
  const { catalogue } = directory;
  if (filter === everything) return jsonAnswer(200, listOfAll(catalogue));
  const texts = Array.from(selected(catalogue, filter), ({ json }) => json);
  return jsonAnswer(200, `[${texts.join(",")}]`);
}

const lists = new WeakMap<Catalogue, { readonly index: number; readonly bytes: Uint8Array }>();

/** The same bytes for all who ask: they may be many, slow readers among them, and the list long. */
function listOfAll(catalogue: Catalogue): Uint8Array {
  const kept = lists.get(catalogue);
  if (kept?.index === catalogue.index) return kept.bytes;
  const texts = Array.from(catalogue.values(), ({ json }) => json);
  const bytes = Buffer.from(`[${texts.join(",")}]`);
  lists.set(catalogue, { index: catalogue.index, bytes });
  return bytes;
}

/** The hash of the key that the caller shows, which may be any words; undefined: none. */
export function ownerOf({ headers }: Pick<HttpRequest, "headers">): string | undefined {
  const key = /^Bearer +(\S.*?) *$/i.exec(headers["authorization"] ?? "")?.[1];
  return key === undefined ? undefined : createHash("sha256").update(key).digest("base64url");
}

function parseJson(
  body: Uint8Array,
):
  | { readonly text: string; readonly value: unknown; readonly error?: never }
  | { readonly error: HttpResponse; readonly text?: never; readonly value?: never } {
  if (body.length > announcementBytesMax) {
    const error = `the announcement has ${body.length} bytes; at most ${announcementBytesMax} are kept`;
    return { error: refusal(413, { error }) };
  }
  try {
    const text = Buffer.from(body).toString("utf8");
    return { text, value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw new CodedError("BODY_MALFORMED", String(error));
    return { error: refusal(400, { error: `the body is not JSON: ${error.message}` }) };
  }
}
