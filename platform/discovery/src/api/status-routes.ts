/**
 * What this server says of itself: its state, its health, and, to the other servers, of whom it heard
 * and how far it has read.
 */

import type { HttpRequest, HttpResponse } from "@tavola/host";
import { jsonAnswer, refusal } from "./answers.ts";
import type { ApiContext } from "./api-context.ts";

const askedIdsMax = 10_000;

/** `GET /status` */
export function status({ directory, link, url, clock }: ApiContext): HttpResponse {
  const { catalogue, watchers } = directory;
  const { staleSince } = link;
  const now = clock.now();
  return jsonAnswer(
    200,
    JSON.stringify({
      url,
      name: link.name,
      generation: catalogue.generation,
      index: catalogue.index,
      rememberedFrom: catalogue.rememberedFrom,
      announcements: catalogue.size,
      services: [...catalogue.types()].length,
      watchers: watchers.size,
      servers: link.servers,
      stale: staleSince !== undefined,
      staleSeconds: staleSince === undefined ? 0 : Math.max(0, now - staleSince) / 1000,
      trouble: link.trouble,
    }),
  );
}

/** `GET /health`: it answers, so it is well; what it answers may be old. */
export function health({ link }: ApiContext): HttpResponse {
  const answer = link.staleSince === undefined ? "ok" : "stale";
  return jsonAnswer(200, JSON.stringify({ status: answer, reason: link.trouble }));
}

/** `POST /leases`: how many ms ago each of these was heard of here; null: not within its lease. */
export async function leases(
  { directory, clock }: ApiContext,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { body, error } = await jsonBodyOf(request);
  if (error !== undefined) return refusal(400, { error });
  const ids = body?.["ids"];
  if (!isListOfIds(ids)) {
    const error = `ids: expected a list of at most ${askedIdsMax} ids`;
    return refusal(400, { error, field: "ids" });
  }
  const now = clock.now();
  const ages = ids.map((id) => directory.leases.ageMs(id, now) ?? null);
  return jsonAnswer(200, JSON.stringify({ ages }));
}

/**
 * `POST /follow`: answered when everything up to that index has been read, with how far it is. What the
 * store does not say now, as it is away, is not waited for.
 */
export async function follow(
  { directory, link }: ApiContext,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { body, error } = await jsonBodyOf(request);
  if (error !== undefined) return refusal(400, { error });
  const index = body?.["index"];
  if (!Number.isSafeInteger(index)) {
    return refusal(400, { error: "index: expected a whole number", field: "index" });
  }
  if (directory.catalogue.index < (index as number)) await link.follow();
  return jsonAnswer(200, JSON.stringify({ index: directory.catalogue.index }));
}

async function jsonBodyOf(
  request: HttpRequest,
): Promise<
  | { readonly body: Readonly<Record<string, unknown>> | null; readonly error?: never }
  | { readonly error: string; readonly body?: never }
> {
  try {
    return { body: JSON.parse(Buffer.from(await request.body()).toString("utf8")) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { error: `the body is not JSON: ${error.message}` };
  }
}

function isListOfIds(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length <= askedIdsMax &&
    value.every((id) => typeof id === "string")
  );
}
