/**
 * What a handler sees of a request: Node's message in our shape, its costly parts made on demand.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
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

  clientGone(): void {
    this.#gone = true;
    this.#aborter?.abort();
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

/** Whether the client is still there to be answered. */
export function canAnswer(response: ServerResponse): boolean {
  return !response.destroyed && !response.writableEnded;
}
