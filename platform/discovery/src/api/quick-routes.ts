/**
 * The two calls that come by the ten thousand, answered without what any other call costs: a renewal that
 * says, letter for letter, what was said before, and a watch that waits for the next change.
 *
 * Whatever is not exactly that is left to the ordinary routes, which decide alike. All who are told the
 * same are sent the same bytes.
 */

import {
  acceptsEncoding,
  encodeAnswer,
  type PlainResponse,
  type QuickExchange,
  type QuickHandler,
  type QuickHead,
} from "@tavola/host";
import { renewedBy } from "../core/renewal-text.ts";
import { watchState } from "../core/watch-update.ts";
import type { Update, Wanted } from "../core/watchers.ts";
import { announced, announcementBytesMax, ownerOf } from "./announcement-routes.ts";
import { staleHeaders } from "./answers.ts";
import type { ApiContext } from "./api-context.ts";
import {
  compressedAnswer,
  compressedBytesMin,
  compressedFor,
  updateAnswer,
} from "./update-answers.ts";
import { parseWatch } from "./watch-routes.ts";

/** Streams of events are none of these. */
export function isQuick({ method, path, query, headers }: QuickHead): boolean {
  if (method === "POST") return path === "/announcement";
  return path === "/watch" && parseWatch({ query, headers }).asked?.wantsEvents !== true;
}

/** True: the answer is sent, now or later. */
export function createQuickServe(context: ApiContext): QuickHandler["serve"] {
  const polls = new Polls(context);
  const renewals = new Renewals(context);
  return (exchange) =>
    exchange.head.method === "POST" ? renewals.serve(exchange) : polls.serve(exchange);
}

/** PERF: O(1), the text is not read; 10k per second. */
class Renewals {
  readonly #context: ApiContext;
  readonly #owners = new WeakMap<QuickHead, { readonly owner: string | undefined }>();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  serve(exchange: QuickExchange): boolean {
    const { head, bytes } = exchange;
    if (bytes.length > announcementBytesMax) return false;
    const { directory, clock, metrics } = this.#context;
    const known = renewedBy(directory.catalogue, bytes.toString("utf8"));
    if (known === undefined || known.owner !== this.#ownerOf(head)) return false;
    const isLong = known.json.length >= compressedBytesMin;
    if (isLong && acceptsEncoding(head.headers["accept-encoding"], "gzip")) return false;
    directory.leases.renewed(known.id, clock.now());
    metrics.counter("discovery/renewals").increment();
    const { status, headers, body } = announced(known);
    exchange.send(encodeAnswer(status, { ...headers, ...staleHeaders(this.#context) }, body));
    return true;
  }

  #ownerOf(head: QuickHead): string | undefined {
    let known = this.#owners.get(head);
    if (known === undefined) {
      known = { owner: ownerOf(head) };
      this.#owners.set(head, known);
    }
    return known.owner;
  }
}

/** To all who are told that nothing happened. */
const nothingAnswer: PlainResponse = { status: 204 };

interface Encoded {
  readonly second: number;
  readonly answer: string | Uint8Array;
}

/** PERF: O(1) to begin to wait; ten thousand are told in one turn. */
class Polls {
  readonly #context: ApiContext;
  readonly #wanted = new WeakMap<QuickHead, Wanted | "something else">();
  readonly #encoded = new WeakMap<object, Encoded>();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  serve(exchange: QuickExchange): boolean {
    const wanted = this.#wantedOf(exchange.head);
    if (wanted === "something else") return false;
    const { directory, clock, watchersMax, watchTimeoutMs } = this.#context;
    const { catalogue, watchers } = directory;
    if (watchers.size >= watchersMax) return false;
    const state = watchState(catalogue, wanted.filter, wanted.since);
    if (state === "changed") {
      this.#tell(exchange, watchers.updates.incremental(wanted));
      return true;
    }
    if (state !== "unchanged") return false;
    const waiting = watchers.add(wanted, clock.now(), watchTimeoutMs, (update) =>
      this.#tell(exchange, update),
    );
    exchange.onGone(() => waiting.cancel());
    return true;
  }

  #wantedOf(head: QuickHead): Wanted | "something else" {
    let wanted = this.#wanted.get(head);
    if (wanted === undefined) {
      const { filter, since } = parseWatch(head).asked ?? {};
      const isOne = filter !== undefined && since !== undefined;
      wanted = isOne ? { filter, since } : "something else";
      this.#wanted.set(head, wanted);
    }
    return wanted;
  }

  #tell(exchange: QuickExchange, update: Update | "nothing"): void {
    if (update === "nothing") {
      exchange.send(this.#encode(nothingAnswer, () => nothingAnswer));
      return;
    }
    const compressed = compressedFor(exchange.head.headers, update);
    if (compressed !== undefined) void this.#tellCompressed(exchange, compressed);
    else exchange.send(this.#encode(update, () => updateAnswer(update)));
  }

  async #tellCompressed(exchange: QuickExchange, compressed: Promise<Uint8Array>): Promise<void> {
    const bytes = await compressed;
    exchange.send(this.#encode(bytes, () => compressedAnswer(bytes)));
  }

  /** Once for all who get it within a second: an answer says the time. */
  #encode(subject: object, make: () => PlainResponse): string | Uint8Array {
    const second = Math.floor(this.#context.clock.now() / 1000);
    const known = this.#encoded.get(subject);
    if (known?.second === second) return known.answer;
    const { status, headers, body } = make();
    const answer = encodeAnswer(status, { ...headers, ...staleHeaders(this.#context) }, body);
    this.#encoded.set(subject, { second, answer });
    return answer;
  }
}
