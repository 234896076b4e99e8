/**
 * A lane for requests that come by the ten thousand: usual ones are read on the raw socket, and answered
 * by whoever knows them at once, without what Node's HTTP server makes for each.
 *
 * Whatever is unusual goes to that server with its whole connection, so nothing is refused here, and HTTP's
 * rare corners stand in one place. Heads that say the same are read once. Owns neither what a request
 * means nor connections that it gave away.
 */

import type { Socket } from "node:net";
import { CodedError } from "@tavola/base";
import type { HttpHandler, HttpResponse, PlainResponse } from "./http.ts";
import { failureResponse } from "./http-failure.ts";
import { preparePlain } from "./http-response.ts";
import type { Logger } from "./logger.ts";
import { encodeAnswer } from "./quick-answer.ts";
import { QuickConnection, type QuickExchange } from "./quick-connection.ts";
import { parseQuickHead, type QuickHead } from "./quick-head.ts";

export interface QuickHandler {
  /**
   * Whether such requests are read here; asked once for heads that say the same. They are answered with
   * plain responses: no stream, no body that is pulled.
   */
  takes(head: QuickHead): boolean;
  /** True: it sends the answer, now or later. False: `onRequest` is asked, as for any other request. */
  serve(exchange: QuickExchange): boolean;
}

export interface QuickLaneOptions {
  readonly quick: QuickHandler;
  readonly onRequest: HttpHandler;
  readonly logger: Logger;
  readonly bodyBytesMax: number;
  /** Takes over a connection on which something unusual was said. */
  readonly giveAway: (socket: Socket) => void;
}

const limits = {
  headsMax: 1024,
  lookMs: 30_000,
} as const;

export class QuickLane {
  readonly #options: QuickLaneOptions;
  readonly #connections = new Set<QuickConnection>();
  /** By their text. */
  readonly #heads = new Map<string, QuickHead | "unusual">();
  readonly #timer: NodeJS.Timeout;

  constructor(options: QuickLaneOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), limits.lookMs).unref();
  }

  /** Bytes already read from it were unshifted onto it. */
  accept(socket: Socket): void {
    this.#connections.add(new QuickConnection(socket, this));
  }

  /** The connections are the caller's to end. */
  close(): void {
    clearInterval(this.#timer);
  }

  headOf(text: string): QuickHead | undefined {
    let head = this.#heads.get(text);
    if (head === undefined) {
      if (this.#heads.size >= limits.headsMax) this.#heads.clear();
      head = this.#read(text) ?? "unusual";
      this.#heads.set(text, head);
    }
    return head === "unusual" ? undefined : head;
  }

  serve(exchange: QuickExchange): void {
    try {
      if (!this.#options.quick.serve(exchange)) void this.#ask(exchange);
    } catch (error) {
      this.#failed(exchange, error);
    }
  }

  giveAway(connection: QuickConnection, socket: Socket): void {
    this.#connections.delete(connection);
    this.#options.giveAway(socket);
    socket.resume();
  }

  over(connection: QuickConnection): void {
    this.#connections.delete(connection);
  }

  #read(text: string): QuickHead | undefined {
    const head = parseQuickHead(text);
    if (head === undefined || head.bodyBytes > this.#options.bodyBytesMax) return undefined;
    return this.#options.quick.takes(head) ? head : undefined;
  }

  async #ask(exchange: QuickExchange): Promise<void> {
    const { onRequest } = this.#options;
    try {
      const response = plainOnly(await onRequest(exchange));
      const { status, headers, body } = await preparePlain(
        response,
        exchange.headers["accept-encoding"],
      );
      exchange.send(encodeAnswer(status, headers, body));
    } catch (error) {
      this.#failed(exchange, error);
    }
  }

  #failed(exchange: QuickExchange, error: unknown): void {
    const { status, headers, body } = failureResponse(this.#options.logger, exchange, error);
    exchange.send(encodeAnswer(status, headers, body));
  }

  #look(): void {
    const now = performance.now();
    for (const connection of this.#connections) connection.timePassed(now);
  }
}

function plainOnly(response: HttpResponse): PlainResponse {
  if ("stream" in response || "pull" in response) {
    throw new CodedError("NOT_PLAIN", "a request of the quick lane was answered with a stream");
  }
  return response;
}
