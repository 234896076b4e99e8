/**
 * Waits until the other servers have read what was written here.
 *
 * A server that has not read of a withdrawal yet takes the same announcement, made again, for a renewal.
 * So who withdraws is answered when all others have read of it: whatever he announces after that, and
 * wherever, is new. A renewal, which comes ten thousand times as often, goes on asking nobody.
 *
 * A server that does not answer is waited for once, for a moment; one that is cut off says so at once.
 */

import { CodedError, type Instant, later } from "@tavola/base";
import type { Clock, HttpClient, Metrics } from "@tavola/host";
import type { Directory } from "./directory.ts";
import type { Server } from "./server-group.ts";
import type { StoreLink } from "./store-link.ts";

export interface OtherServersOptions {
  readonly directory: Directory;
  readonly link: StoreLink;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

const limits = {
  answerMs: 1_000,
  /** One that did not answer is not waited for so long. */
  avoidedMs: 10_000,
} as const;

export class OtherServers {
  readonly #options: OtherServersOptions;
  /** The newest question, which all who need no newer one wait for. */
  #asked: { readonly index: number; readonly answered: Promise<void> } | undefined;
  /** By name. */
  readonly #avoidedUntil = new Map<string, Instant>();

  constructor(options: OtherServersOptions) {
    this.#options = options;
  }

  /** Resolves when they have read what is known here now, or do not say so in time. Never rejects. */
  async follow(): Promise<void> {
    const { index } = this.#options.directory.catalogue;
    if (this.#asked === undefined || this.#asked.index < index) {
      this.#asked = { index, answered: this.#askAll(index) };
    }
    await this.#asked.answered;
  }

  async #askAll(index: number): Promise<void> {
    const { link, clock } = this.#options;
    const now = clock.now();
    for (const [name, until] of this.#avoidedUntil) {
      if (until <= now) this.#avoidedUntil.delete(name);
    }
    const others = link.servers.filter(
      ({ name }) => name !== link.name && !this.#avoidedUntil.has(name),
    );
    await Promise.all(others.map((server) => this.#ask(server, index)));
  }

  async #ask({ name, url }: Server, index: number): Promise<void> {
    const { http, clock, metrics } = this.#options;
    try {
      const response = await http.request({
        method: "POST",
        url: `${url}/follow`,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ index }),
        isIdempotent: true,
        signal: AbortSignal.timeout(limits.answerMs),
      });
      await response.body();
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      metrics.counter("discovery/servers_not_waited_for").increment();
      this.#avoidedUntil.set(name, later(clock.now(), limits.avoidedMs));
    }
  }
}
