/**
 * `GET /watch`: everything, or what changed since an index, by long poll or as server-sent events.
 *
 *     GET /watch                                  200, everything
 *     GET /watch?since=N                          200 when the index has reached N; 204 when it has not in time
 *     GET /watch?since=N&serviceType=web          of these only
 *     Accept: text/event-stream                   one event an update, until either side ends it
 */

import type { HttpRequest, HttpResponse, StreamSink } from "@tavola/host";
import { type Filter, parseFilter } from "../core/filter.ts";
import type { Refusal } from "../core/validate-announcement.ts";
import { watchState } from "../core/watch-update.ts";
import type { Update, Waiting, Wanted } from "../core/watchers.ts";
import { laterRefusal, refusal } from "./answers.ts";
import type { ApiContext } from "./api-context.ts";
import { compressedAnswer, compressedFor, updateAnswer } from "./update-answers.ts";

/** Some proxies cut a stream that says nothing for a minute. */
const eventCommentMs = 15_000;

/** What a watch asks for. */
export interface AskedWatch {
  readonly filter: Filter;
  /** Undefined: everything. */
  readonly since: number | undefined;
  readonly wantsEvents: boolean;
}

export function parseWatch({
  query,
  headers,
}: Pick<HttpRequest, "query" | "headers">):
  | { readonly asked: AskedWatch; readonly refused?: never }
  | { readonly refused: Refusal; readonly asked?: never } {
  const { filter, refusal: refused } = parseFilter(query);
  if (refused !== undefined) return { refused };
  const wantsEvents = /\btext\/event-stream\b/i.test(headers["accept"] ?? "");
  const lastEvent = wantsEvents ? headers["last-event-id"] : undefined;
  const since = sinceOf(query.get("since"), lastEvent);
  if (since !== "malformed") return { asked: { filter, since, wantsEvents } };
  const error = `since: expected a whole number, got ${JSON.stringify(query.get("since"))}`;
  return { refused: { error, field: "since" } };
}

export async function watch(context: ApiContext, request: HttpRequest): Promise<HttpResponse> {
  const { asked, refused } = parseWatch(request);
  if (refused !== undefined) return refusal(400, refused);
  const { filter, since, wantsEvents } = asked;
  const { directory, watchersMax } = context;
  if (directory.watchers.size >= watchersMax) {
    return laterRefusal(503, `${watchersMax} watches wait here already (--watchers_max)`);
  }
  if (wantsEvents) return eventStream(context, filter, since);
  const update = await nextUpdate(context, filter, since, request.signal);
  if (update === "nothing") return { status: 204 };
  const compressed = compressedFor(request.headers, update);
  return compressed === undefined ? updateAnswer(update) : compressedAnswer(await compressed);
}

/** Undefined: everything. The last event's index counts where a stream is resumed. */
function sinceOf(
  text: string | null,
  lastEvent: string | undefined,
): number | undefined | "malformed" {
  if (lastEvent !== undefined && /^\d{1,15}$/.test(lastEvent)) return Number(lastEvent) + 1;
  if (text === null) return undefined;
  // Clients that want everything say -1.
  if (!/^-?\d+$/.test(text)) return "malformed";
  const since = Number(text);
  return since < 0 ? undefined : Math.min(since, Number.MAX_SAFE_INTEGER);
}

/** The update for who knows what was before `since`, at once or when there is one. */
async function nextUpdate(
  context: ApiContext,
  filter: Filter,
  since: number | undefined,
  signal: AbortSignal,
): Promise<Update | "nothing"> {
  const { watchers } = context.directory;
  if (since === undefined) return watchers.updates.full(filter);
  const wanted = { filter, since };
  await caughtUp(context, wanted);
  return await new Promise((resolve) => {
    // In one turn with the look: a change that came in between would be told to nobody.
    const now = updateNow(context, wanted);
    if (now !== "wait") return resolve(now);
    const { clock, watchTimeoutMs } = context;
    const waiting = watchers.add(wanted, clock.now(), watchTimeoutMs, resolve);
    signal.addEventListener("abort", () => waiting.cancel());
  });
}

/** Another server may have told more than this one knows; then this one reads on first. */
async function caughtUp({ directory, link }: ApiContext, wanted: Wanted): Promise<void> {
  const { filter, since } = wanted;
  if (watchState(directory.catalogue, filter, since) === "ahead") await link.follow();
}

/** Whoever is ahead of what the store holds comes from another life of it. */
function updateNow({ directory, link }: ApiContext, wanted: Wanted): Update | "wait" {
  const { catalogue, watchers } = directory;
  const state = watchState(catalogue, wanted.filter, wanted.since);
  const isForeign = state === "ahead" && link.staleSince === undefined;
  if (state === "full" || isForeign) return watchers.updates.full(wanted.filter);
  return state === "changed" ? watchers.updates.incremental(wanted) : "wait";
}

function eventStream(context: ApiContext, filter: Filter, since: number | undefined): HttpResponse {
  return {
    status: 200,
    headers: { "Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store" },
    stream: (sink) => new EventStream(context, filter, sink).begin(since),
  };
}

class EventStream {
  readonly #context: ApiContext;
  readonly #filter: Filter;
  readonly #sink: StreamSink;
  #waiting: Waiting | undefined;

  constructor(context: ApiContext, filter: Filter, sink: StreamSink) {
    this.#context = context;
    this.#filter = filter;
    this.#sink = sink;
  }

  begin(since: number | undefined): void {
    this.#sink.onClose(() => this.#waiting?.cancel());
    this.#sink.write(": discovery\n\n");
    void this.#goOn(since);
  }

  async #goOn(since: number | undefined): Promise<void> {
    const context = this.#context;
    const filter = this.#filter;
    if (since === undefined) return this.#send(context.directory.watchers.updates.full(filter));
    const wanted = { filter, since };
    await caughtUp(context, wanted);
    if (this.#sink.closed) return;
    // In one turn, as above.
    const update = updateNow(context, wanted);
    if (update === "wait") this.#wait(since);
    else this.#send(update);
  }

  #wait(since: number): void {
    const { directory, clock } = this.#context;
    const wanted = { filter: this.#filter, since };
    this.#waiting = directory.watchers.add(wanted, clock.now(), eventCommentMs, (update) => {
      if (this.#sink.closed) return;
      if (update !== "nothing") return this.#send(update);
      this.#sink.write(":\n\n");
      this.#wait(since);
    });
  }

  #send({ json, index }: Update): void {
    this.#sink.write(`event: update\nid: ${index}\ndata: ${json}\n\n`);
    void this.#goOn(index + 1);
  }
}
