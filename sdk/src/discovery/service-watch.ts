/**
 * What is announced, kept true by a watch on the discovery servers.
 *
 *     GET /watch ──full update──► GET /watch?since=index+1 ──update, or 204──► …
 *         ▲                            │ a server away, nonsense: another one, after 1, 2, 4 … 10,240 ms
 *         └── an answer that does not follow on ◄┘
 *
 * What was heard stays while no server answers (`isStale` says so). A server that knows less, or was
 * built anew, answers with a full update, which counts.
 */

import { CodedError, describeError, type Instant, instant } from "@tavola/base";
import { backoffMs } from "../backoff.ts";
import { delay } from "../subscription.ts";
import type { OpenWorld } from "../world.ts";
import { type Announcement, parseWatchAnswer, type WatchAnswer } from "./announcement.ts";
import { discoveryBackoff } from "./ask-limits.ts";
import { askServer, refusalOfAnswer, type ServerCall } from "./ask-server.ts";
import { Catalogue, type CatalogueChange } from "./catalogue.ts";
import type { ServerList } from "./server-list.ts";

const limits = {
  /** A server answers a long poll long before; one that does not is gone without a word. */
  answerMsMax: 90_000,
  /** Answers that bring nothing are not asked for more often than this. */
  emptyAnswersMsMin: 100,
} as const;

/** What servers announce themselves as. */
export const serverType = "discovery";

/** Of servers that answer from what they knew before their store was away; seconds. */
const staleHeader = "x-tavola-stale";

export interface SubscribeOptions {
  /** Only what is of this service, `type` or `type:feature`. Default: everything. */
  readonly serviceType?: string;
  /** Told of each change, after it can be found. Also of the first, where anything was there. */
  readonly onChange?: (change: CatalogueChange) => void;
}

export interface WatchingOptions extends SubscribeOptions {
  readonly servers: ServerList;
  readonly world: OpenWorld;
  /** Told which servers there are, in what it asks anyway. Default: it does not ask for them. */
  readonly onServers?: ((uris: readonly string[]) => void) | undefined;
  readonly onClosed?: (watch: ServiceWatch) => void;
}

/** Made by `DiscoveryClient.subscribe`. */
export class ServiceWatch {
  /** Resolves when what is announced is known for the first time. Rejects with ABORTED when closed before. */
  readonly ready: Promise<void>;
  readonly #options: WatchingOptions;
  readonly #catalogue: Catalogue;
  /** Undefined: it does not look for them. */
  readonly #serverCatalogue: Catalogue | undefined;
  /** What is asked for; none: everything. */
  readonly #types: readonly string[];
  readonly #ready = Promise.withResolvers<void>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #index: number | undefined;
  #staleSince: Instant | undefined;
  /** Those that failed since the last answer. */
  readonly #failed = new Set<string>();
  #trouble: string | undefined;
  #isRefused = false;

  constructor(options: WatchingOptions) {
    this.#options = options;
    const { serviceType, onServers } = options;
    this.#catalogue = new Catalogue(serviceType);
    this.#serverCatalogue = onServers === undefined ? undefined : new Catalogue(serverType);
    const types = serviceType === undefined ? [] : [serviceType];
    this.#types =
      onServers === undefined || types.length === 0 ? types : [...new Set([...types, serverType])];
    this.ready = this.#ready.promise;
    this.ready.catch(() => undefined);
    this.#staleSince = options.world.clock.now();
    this.#running = this.#watch();
  }

  all(): readonly Announcement[] {
    return this.#catalogue.all();
  }

  /** `type`, whatever its feature, or `type:feature`. The same list as long as nothing of it changes. */
  find(service: string): readonly Announcement[] {
    return this.#catalogue.find(service);
  }

  /** What is known may no longer be so: nothing was heard yet, no server answers, or it says so itself. */
  get isStale(): boolean {
    return this.#staleSince !== undefined;
  }

  get staleSince(): Instant | undefined {
    return this.#staleSince;
  }

  /** Why it is stale, in words, as far as that is known. */
  get trouble(): string | undefined {
    return this.isStale ? this.#trouble : undefined;
  }

  /** Something answers that is no discovery server, or refuses what is asked for: waiting mends neither. */
  get isRefused(): boolean {
    return this.isStale && this.#isRefused;
  }

  /** What was heard can still be found. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#options.onClosed?.(this);
  }

  async #watch(): Promise<void> {
    const { world, servers } = this.#options;
    const { clock, random, logger } = world;
    const { signal } = this.#stop;
    let failures = 0;
    let wasNews = true;
    while (!signal.aborted) {
      const askedAt = clock.now();
      const server = servers.pick(askedAt, random);
      try {
        const isNews = await this.#ask(server);
        failures = 0;
        const earlyMs = askedAt + limits.emptyAnswersMsMin - clock.now();
        // Once it may be so: after a failure the last update is asked for again.
        if (!isNews && !wasNews && earlyMs > 0) await delay(clock, earlyMs, signal);
        wasNews = isNews;
      } catch (error) {
        if (signal.aborted) break;
        this.#failedAt(server, error);
        logger.debug({ server, error: describeError(error) }, "a watch on services broke");
        await delay(clock, backoffMs(failures, discoveryBackoff, random), signal);
        failures += 1;
      }
    }
    this.#ready.reject(new CodedError("ABORTED", "the watch was closed"));
  }

  /** Whether anything was said that was not known. */
  async #ask(server: string): Promise<boolean> {
    const { world } = this.#options;
    const since = this.#since();
    const parameters = new URLSearchParams(since === undefined ? {} : { since: String(since) });
    for (const type of this.#types) parameters.append("serviceType", type);
    const query = parameters.toString();
    const call: ServerCall = {
      method: "GET",
      url: `${server}/watch${query === "" ? "" : `?${query}`}`,
      withinMs: limits.answerMsMax,
      signal: this.#stop.signal,
    };
    const answer = await askServer(world, call);
    const staleSeconds = Number(answer.headers[staleHeader] ?? Number.NaN);
    if (answer.status === 204 && since !== undefined) {
      this.#answered(server, staleSeconds);
      return false;
    }
    if (answer.status !== 200) throw refusalOfAnswer(call, answer);
    const update = parseWatchAnswer(answer.text);
    if (update.error !== undefined) throw this.#nonsense(call, update.error);
    const { fullUpdate, index } = update.value;
    if (!fullUpdate && (since === undefined || index < since)) {
      // Everything anew: what was missed in between nobody would say again.
      this.#index = undefined;
      throw this.#nonsense(call, `an update to ${index} does not follow on`);
    }
    if (this.#stop.signal.aborted) return false;
    this.#answered(server, staleSeconds);
    return this.#took(update.value);
  }

  /**
   * After a failure one asks for what is answered at once, to know where one is: for the last update
   * again, or, since that may have had nothing of the one service, for all of that.
   */
  #since(): number | undefined {
    if (this.#index === undefined) return undefined;
    if (this.#failed.size === 0) return this.#index + 1;
    return this.#options.serviceType === undefined ? this.#index : undefined;
  }

  #took(update: WatchAnswer): boolean {
    const isOtherServers = this.#tookServers(update);
    const change = this.#catalogue.apply(update);
    this.#index = update.index;
    this.#ready.resolve();
    if (!isNews(change)) return isOtherServers;
    this.#options.onChange?.(change);
    return true;
  }

  #tookServers(update: WatchAnswer): boolean {
    const catalogue = this.#serverCatalogue;
    const change = catalogue?.apply(update);
    if (catalogue === undefined || change === undefined || !isNews(change)) return false;
    this.#options.onServers?.(catalogue.all().map(({ serviceUri }) => serviceUri));
    return true;
  }

  /** `staleSeconds`: how long the server has not heard of its store; NaN when it has. */
  #answered(server: string, staleSeconds: number): void {
    const { servers, world } = this.#options;
    servers.answered(server);
    this.#failed.clear();
    const isStale = Number.isFinite(staleSeconds);
    this.#staleSince = isStale ? instant(world.clock.now() - staleSeconds * 1000) : undefined;
    this.#isRefused = false;
    if (isStale) this.#trouble = `${server} cannot reach its store`;
  }

  #failedAt(server: string, error: unknown): void {
    const { servers, world } = this.#options;
    const now = world.clock.now();
    servers.failed(server, now);
    this.#failed.add(server);
    this.#trouble = describeError(error);
    this.#isRefused = isRefusal(error);
    if (servers.all.every((url) => this.#failed.has(url))) this.#staleSince ??= now;
  }

  #nonsense({ url }: ServerCall, what: string): CodedError {
    return new CodedError("STREAM_MALFORMED", `${url}: ${what}`, { url }, { transient: true });
  }
}

/** An answer that a discovery server gives to nobody, or for good. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof CodedError)) return false;
  const isUnknown = error.details["status"] === 404 || error.details["status"] === 410;
  return isUnknown || error.code === "CALL_REFUSED" || error.code === "STREAM_MALFORMED";
}

function isNews({ added, changed, removed }: CatalogueChange): boolean {
  return added.length + changed.length + removed.length > 0;
}
