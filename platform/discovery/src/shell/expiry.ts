/**
 * Lets announcements expire that nobody renewed: once, by the server that looks after each, and only
 * after every other server said that it has not heard of it either. Those that were there a while ago
 * are asked, too: a server that only the store lost sight of goes on taking renewals.
 *
 * Expires nobody while the store is away, while a server that is there does not answer, and for a lease
 * after a server came or went or this process stood still.
 */

import { CodedError, describeError, type Instant } from "@tavola/base";
import type { Clock, HttpClient, Logger, Metrics } from "@tavola/host";
import { keeperOf } from "../core/lease-keeper.ts";
import { heardBefore } from "../core/leases.ts";
import type { Directory } from "./directory.ts";
import type { Server } from "./server-group.ts";
import type { StoreLink } from "./store-link.ts";

export interface ExpiryOptions {
  readonly directory: Directory;
  readonly link: StoreLink;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Its own announcement, which it renews by being there. */
  readonly ownId: string;
}

const limits = {
  /** Looks in a lease, so that nothing outlives its lease by much. */
  looksPerLease: 20,
  lookMsMin: 100,
  answerMs: 3_000,
  /** In one question, and so in one look. */
  idsMax: 10_000,
  idCharactersMax: 256 * 1024,
} as const;

export class Expiry {
  readonly #options: ExpiryOptions;
  readonly #lookMs: number;
  #lookedAt: Instant;
  #isLooking = false;
  #isBlocked = false;
  /** By whose names it was last computed who looks after what. */
  #keepers = "";

  constructor(options: ExpiryOptions) {
    this.#options = options;
    this.#lookMs = Math.max(limits.lookMsMin, options.leaseMs / limits.looksPerLease);
    this.#lookedAt = options.clock.now();
    options.metrics.gauge("discovery/expiry_blocked", () => (this.#isBlocked ? 1 : 0));
  }

  /** To be called a few times a second. */
  timePassed(now: Instant): void {
    const { directory, link, leaseMs, ownId } = this.#options;
    const sinceMs = now - this.#lookedAt;
    if (sinceMs < this.#lookMs || this.#isLooking) return;
    this.#lookedAt = now;
    directory.leases.renewed(ownId, now);
    // Stood still: renewals may wait unread in this process's sockets.
    if (sinceMs > this.#lookMs + leaseMs / 4) directory.leases.allRenewed(now);
    if (!link.isThere || directory.leases.isQuiet(now)) return;
    this.#isLooking = true;
    void this.#look(now).finally(() => {
      this.#isLooking = false;
    });
  }

  async #look(now: Instant): Promise<void> {
    const { directory, link, logger, metrics } = this.#options;
    const { name: self, servers } = link;
    if (self === undefined) return;
    const names = servers.map(({ name }) => name);
    this.#keepersAre(names);
    const over: string[] = [];
    let characters = 0;
    for (const id of directory.leases.over(now, (each) => keeperOf(each, names) === self)) {
      // Heard of by another server when it was gone here already.
      if (directory.catalogue.get(id) === undefined) {
        directory.leases.forget(id);
        continue;
      }
      over.push(id);
      characters += id.length;
      if (over.length === limits.idsMax || characters > limits.idCharactersMax) break;
    }
    if (over.length === 0) {
      this.#isBlocked = false;
      return;
    }
    try {
      const others = servers.filter(({ name }) => name !== self);
      const former = link.formerServers(now).map((server) => this.#askFormer(server, over));
      await Promise.all([...others.map((server) => this.#ask(server, over)), ...former]);
      this.#isBlocked = false;
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#isBlocked = true;
      metrics.counter("discovery/expiries_put_off").increment(over.length);
      const text = "a server that is there does not answer: nothing expires meanwhile";
      logger.warn({ announcements: over.length, error: describeError(error) }, text);
      return;
    }
    await this.#expire(over, names);
  }

  #keepersAre(names: readonly string[]): void {
    const keepers = names.join();
    if (keepers === this.#keepers) return;
    this.#keepers = keepers;
    this.#options.directory.leases.keepersChanged();
  }

  /** What that server has heard of counts as heard here. */
  async #ask({ url }: Server, ids: readonly string[]): Promise<void> {
    const { http, clock, directory } = this.#options;
    const response = await http.request({
      method: "POST",
      url: `${url}/leases`,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ids }),
      signal: AbortSignal.timeout(limits.answerMs),
    });
    const text = Buffer.from(await response.body()).toString("utf8");
    const ages = response.status === 200 ? agesOf(text, ids.length) : undefined;
    if (ages === undefined) {
      throw new CodedError("BAD_ANSWER", `${url} answered ${response.status}`, { url });
    }
    const now = clock.now();
    for (const [at, ageMs] of ages.entries()) {
      if (ageMs !== null) directory.leases.renewed(ids[at] as string, heardBefore(now, ageMs));
    }
  }

  /** It may be gone for good, and then nobody waits for it. */
  async #askFormer(server: Server, ids: readonly string[]): Promise<void> {
    try {
      await this.#ask(server, ids);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
    }
  }

  async #expire(ids: readonly string[], names: readonly string[]): Promise<void> {
    const { directory, link, clock, logger, metrics } = this.#options;
    const isSameServers = (): boolean =>
      link.isThere && link.servers.map(({ name }) => name).join() === names.join();
    const gone = ids.map(async (id) => {
      const entry = directory.catalogue.get(id);
      const isOver = (): boolean => directory.leases.isOver(id, clock.now()) && isSameServers();
      if (entry === undefined || !isOver()) return;
      const { changedAt, serviceType } = entry;
      const answer = await link.submit({ kind: "expire", id, changedAt, isOver });
      if (answer.kind !== "done") return;
      metrics.counter("discovery/expired").increment();
      logger.info({ id, serviceType }, "an announcement was not renewed and is gone");
    });
    try {
      await Promise.all(gone);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      logger.warn({ error: describeError(error) }, "what was not renewed could not be removed");
    }
  }
}

/** Undefined: not an answer to that question. */
function agesOf(text: string, count: number): readonly (number | null)[] | undefined {
  try {
    const { ages } = JSON.parse(text) as { ages?: unknown };
    if (!Array.isArray(ages) || ages.length !== count) return undefined;
    const isAge = (age: unknown): boolean => age === null || (typeof age === "number" && age >= 0);
    return ages.every(isAge) ? (ages as (number | null)[]) : undefined;
  } catch {
    return undefined;
  }
}
