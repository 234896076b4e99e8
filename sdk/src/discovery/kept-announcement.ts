/**
 * One announcement that is kept alive until it is withdrawn.
 *
 *     announcing --201--> announced --after 10 s--> announcing …
 *         |  server away, 5xx: another server, after 1, 2, 4 … 10,240 ms
 *         +-- any other 4xx, of what no server has taken before --> refused
 *     withdraw(): a POST under way ends first, then DELETE, tried again until a server has taken it
 *
 * Every renewal carries all of it, under the same id, so that a server which does not know it (any
 * more) takes it as new.
 */

import { CodedError, describeError } from "@tavola/base";
import { backoffMs } from "../backoff.ts";
import { delay } from "../subscription.ts";
import type { OpenWorld } from "../world.ts";
import { type Announcement, type NewAnnouncement, parseAnnouncement } from "./announcement.ts";
import { answerMsMax, discoveryBackoff } from "./ask-limits.ts";
import { askServer, keyed, refusalOfAnswer, type ServerCall } from "./ask-server.ts";
import type { InFlightLimit } from "./in-flight-limit.ts";
import type { ServerList } from "./server-list.ts";
import {
  type WithdrawOptions,
  type WithdrawOutcome,
  withdrawAnnouncement,
} from "./withdraw-announcement.ts";

export interface KeepingOptions {
  readonly servers: ServerList;
  readonly world: OpenWorld;
  readonly inFlight: InFlightLimit;
  readonly renewMs: number;
  readonly key: string | undefined;
  /** Asked before each call: while it says no nothing is announced. */
  readonly mayAnnounce: () => boolean;
  /** Once: it is no longer kept. */
  readonly ended: (announcement: KeptAnnouncement) => void;
}

/** Made by `DiscoveryClient.announce`. */
export class KeptAnnouncement {
  /** Resolves once a server has taken it. Rejects with CALL_REFUSED, or ABORTED when it is withdrawn before. */
  readonly established: Promise<void>;
  readonly #options: KeepingOptions;
  readonly #established = Promise.withResolvers<void>();
  /** Cuts a call off that is under way. */
  readonly #cut = new AbortController();
  readonly #keeping: Promise<void>;
  #announcement: Announcement;
  /** What a server has taken; undefined: nothing yet. */
  #takenBefore: Announcement | undefined;
  #isStopped = false;
  #pause = new AbortController();
  #isTaken = false;
  #trouble: string | undefined;
  #isRefused = false;
  #withdrawing: Promise<WithdrawOutcome> | undefined;

  constructor(announcement: Announcement, options: KeepingOptions) {
    this.#announcement = announcement;
    this.#options = options;
    this.established = this.#established.promise;
    // Nobody has to wait for it.
    this.established.catch(() => undefined);
    this.#keeping = this.#keep();
  }

  /** As it is renewed now; its id stays. */
  get announcement(): Announcement {
    return this.#announcement;
  }

  get id(): string {
    return this.#announcement.announcementId;
  }

  /** Whether a server took it when last asked. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Why no server took it when last asked, in words; undefined: one did, or none was asked yet. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** A server said no for good: it is not announced, nor asked for again. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Says something else under the same id, at once. */
  update(changed: NewAnnouncement): void {
    this.#announcement = { ...changed, announcementId: this.id };
    this.#pause.abort();
  }

  /**
   * No longer renewed, and taken back; says how that went. The same again waits for the same end.
   */
  withdraw(options: WithdrawOptions = {}): Promise<WithdrawOutcome> {
    this.#withdrawing ??= this.#withdraw(options);
    return this.#withdrawing;
  }

  /** No longer renewed; it stays until it expires or somebody else renews it. */
  async letGo(): Promise<void> {
    this.#stop();
    this.#cut.abort();
    await this.#keeping;
  }

  #stop(): void {
    this.#isStopped = true;
    this.#pause.abort();
  }

  async #keep(): Promise<void> {
    const { world, renewMs, ended } = this.#options;
    const { clock, random } = world;
    let failures = 0;
    let isFirst = true;
    while (!this.#isStopped) {
      this.#pause = new AbortController();
      const outcome = await this.#options.inFlight.run(() => this.#announceOnce());
      if (outcome === "refused") break;
      failures = outcome === "taken" ? 0 : failures + 1;
      // Those that were announced together are renewed apart.
      const untilRenewalMs = isFirst ? renewMs * (0.5 + random.next() / 2) : renewMs;
      if (outcome === "taken") isFirst = false;
      const waitMs =
        outcome === "taken" ? untilRenewalMs : backoffMs(failures - 1, discoveryBackoff, random);
      await delay(clock, waitMs, this.#pause.signal);
    }
    this.#established.reject(new CodedError("ABORTED", "the announcement was given up"));
    if (this.#withdrawing === undefined) ended(this);
  }

  async #announceOnce(): Promise<"taken" | "again" | "refused"> {
    const { servers, world, key, mayAnnounce } = this.#options;
    if (this.#isStopped || !mayAnnounce()) return "again";
    const server = servers.pick(world.clock.now(), world.random);
    const announcement = this.#announcement;
    const call: ServerCall = {
      method: "POST",
      url: `${server}/announcement`,
      body: JSON.stringify(announcement),
      withinMs: answerMsMax,
      signal: this.#cut.signal,
      ...keyed(key),
    };
    try {
      const answer = await askServer(world, call);
      if (answer.status < 200 || answer.status >= 300) throw refusalOfAnswer(call, answer);
      servers.answered(server);
      this.#taken(announcement, answer.text);
      return "taken";
    } catch (error) {
      return this.#notTaken(announcement, server, error);
    }
  }

  #notTaken(announcement: Announcement, server: string, error: unknown): "again" | "refused" {
    const { servers, world } = this.#options;
    this.#isTaken = false;
    const { serviceType, serviceUri } = announcement;
    this.#trouble = describeError(error);
    const words = { serviceType, serviceUri, error: this.#trouble };
    const isRefusal = error instanceof CodedError && error.code === "CALL_REFUSED";
    if (isRefusal) world.logger.warn(words, "a discovery server does not take an announcement");
    else world.logger.debug(words, "cannot announce; another server is asked");
    // One server that is none, or lies, must not end what another takes.
    const isBelieved = this.#announcement === announcement && this.#takenBefore !== announcement;
    if (isRefusal && isBelieved) {
      this.#isRefused = true;
      this.#established.reject(error);
      return "refused";
    }
    servers.failed(server, world.clock.now());
    return "again";
  }

  /** A server may give it an id of its own. */
  #taken(announcement: Announcement, text: string): void {
    this.#isTaken = true;
    this.#trouble = undefined;
    this.#takenBefore = announcement;
    const given = parseAnnouncement(parsed(text)).value?.announcementId;
    if (given !== undefined && given !== this.id) {
      const isAsSaid = this.#announcement === announcement;
      this.#announcement = { ...this.#announcement, announcementId: given };
      if (isAsSaid) this.#takenBefore = this.#announcement;
    }
    this.#established.resolve();
  }

  async #withdraw(options: WithdrawOptions): Promise<WithdrawOutcome> {
    this.#stop();
    // A renewal that arrived after the withdrawal would bring it back.
    await this.#keeping;
    this.#isTaken = false;
    const withdrawing = { ...this.#options, signal: this.#cut.signal };
    const outcome = await withdrawAnnouncement(this.id, withdrawing, options);
    this.#options.ended(this);
    return outcome;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // It was taken, whatever the words.
  }
}
