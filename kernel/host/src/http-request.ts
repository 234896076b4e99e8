/**
 * What a handler sees of a request: Node's message in our shape, its costly parts made on demand.
 */

import type { IncomingMessage } from "node:http";
import type { HttpRequest } from "./http.ts";
import { type BodyLimits, readRequestBody } from "./http-request-body.ts";

/** One request as handed to the handler. `clientGone()` is called by the server when it is. */
export class ReceivedRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly #search: string;
  readonly #incoming: IncomingMessage;
  readonly #limits: BodyLimits;
  #query: URLSearchParams | undefined;
  #body: Promise<Uint8Array> | undefined;
  #aborter: AbortController | undefined;
  #gone = false;
  #onGone: (() => void)[] = [];

  constructor(incoming: IncomingMessage, target: RequestTarget, limits: BodyLimits) {
    this.method = incoming.method ?? "GET";
    this.path = target.path;
    this.#search = target.search;
    this.#incoming = incoming;
    this.#limits = limits;
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.#search);
    return this.#query;
  }

  /** Duplicates are joined by Node (`joinDuplicateHeaders`); only `set-cookie` comes as a list. */
  get headers(): Readonly<Record<string, string>> {
    return this.#incoming.headers as Readonly<Record<string, string>>;
  }

  get remoteAddress(): string {
    return this.#incoming.socket.remoteAddress ?? "";
  }

  body(): Promise<Uint8Array> {
    this.#body ??= readRequestBody(this.#incoming, this.#limits);
    return this.#body;
  }

  get signal(): AbortSignal {
    this.#aborter ??= new AbortController();
    if (this.#gone) this.#aborter.abort();
    return this.#aborter.signal;
  }

  /** Calls `run` once when the client goes away before its answer is complete; at once if it has. */
  onGone(run: () => void): void {
    if (this.#gone) run();
    else this.#onGone.push(run);
  }

  get isClientGone(): boolean {
    return this.#gone;
  }

  clientGone(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#aborter?.abort();
    for (const run of this.#onGone) run();
    this.#onGone = [];
  }
}

export interface RequestTarget {
  readonly path: string;
  readonly search: string;
}

/** Splits a request line's target; undefined when it is neither a path nor an absolute URL. */
export function parseRequestTarget(target: string): RequestTarget | undefined {
  let rest = target;
  if (!rest.startsWith("/")) {
    const absolute = /^https?:\/\/[^/?#]*/i.exec(rest);
    if (absolute === null) return undefined;
    rest = rest.slice(absolute[0].length);
    if (!rest.startsWith("/")) rest = `/${rest}`;
  }
  const fragment = rest.indexOf("#");
  if (fragment >= 0) rest = rest.slice(0, fragment);
  const question = rest.indexOf("?");
  if (question < 0) return { path: rest, search: "" };
  return { path: rest.slice(0, question), search: rest.slice(question + 1) };
}
