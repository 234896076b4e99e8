/**
 * A scheduler on this machine: its port, its API, its stores, its candidacy.
 *
 *     listens ──► follows ──► elected: loads ──► leads ──► exited
 *
 * A follower answers by passing calls on to the leader. A leader that another may have followed ends:
 * what it knows may no longer be so. Whoever supervises it starts it again.
 */

import { CodedError, describeError, type Instant, type Random } from "@tavola/base";
import { type Coordination, openCoordination, untilConnected } from "@tavola/coordination";
import {
  type Clock,
  createMetrics,
  type Endpoint,
  type HttpClient,
  type HttpHandler,
  type Logger,
  makeDirectory,
  openEndpoint,
  systemClock,
  systemRandom,
  textResponse,
} from "@tavola/host";
import { type ClientWorld, connectDiscovery, type DiscoveryClient } from "@tavola/sdk";
import type { ApiContext } from "../api/api-context.ts";
import { asHttpHandler, createApiHandler } from "../api/api-handler.ts";
import { apiRoutes } from "../api/routes.ts";
import { AgentHttp } from "../framework/agent-http.ts";
import { AgentsWatch } from "../framework/agents-watch.ts";
import { frameworkInfo } from "../framework/framework-info.ts";
import { createPooledHttp } from "../framework/pooled-http.ts";
import { createProbe, type Probe } from "../health/probe.ts";
import type { HistoryStore } from "../history/history-store.ts";
import { openHistory } from "../history/open-history.ts";
import { createDeliverers } from "./deliverers.ts";
import type { Engine } from "./engine.ts";
import { hostState } from "./host-state.ts";
import { Leadership, schedulerGroup } from "./leadership.ts";
import { Leading, type LeadingOptions } from "./leading.ts";
import type { OutwardDeliverers } from "./outboxes.ts";
import type { SchedulerFlags } from "./scheduler-flags.ts";
import { addSchedulerMetrics, metricsHandler } from "./scheduler-metrics.ts";
import { type SchedulerSettings, schedulerSettings } from "./scheduler-settings.ts";
import { UsageWatch } from "./usage-watch.ts";

export interface SchedulerOptions {
  readonly flags: SchedulerFlags;
  readonly logger: Logger;
  /** Default: the machine's. */
  readonly clock?: Clock;
  readonly wallNow?: () => number;
  readonly random?: Random;
  /** Default: a port of this machine. */
  readonly openEndpoint?: typeof openEndpoint;
  /** Default: the one that the flags name. */
  readonly openStore?: () => Coordination | Promise<Coordination>;
  /** For the connections to masters, agents, and other schedulers. */
  readonly world?: ClientWorld;
  /** Default: the one that the flags name. */
  readonly openHistory?: () => HistoryStore;
  /** Default: over the machine's network. */
  readonly openProbe?: () => Probe;
  /** Told what a new leader goes by, before it acts on it. */
  readonly inspect?: (engine: Engine) => void;
  /** A bug of ours, or a store that is damaged, has ended it; it exits anyway. */
  readonly crash?: (error: CodedError) => void;
}

export interface RunningScheduler {
  /** Context path included; no trailing slash. */
  readonly url: string;
  /** Resolves when it must not go on. */
  readonly exited: Promise<{ readonly code: number; readonly reason: string }>;
  /** Tasks live on. */
  close(): Promise<void>;
}

const limits = {
  /** How long a store may take to answer at the start. */
  storePatienceMs: 60_000,
  /** The API's own limit is lower, and says so in words. */
  bodyBytesMax: 8 * 1024 * 1024,
} as const;

/**
 * Resolves when it answers, and the store has been reached. Rejects with a CodedError: CANNOT_LISTEN,
 * CONFIGURATION_INVALID, what the stores say.
 */
export async function startScheduler(options: SchedulerOptions): Promise<RunningScheduler> {
  const { flags, logger } = options;
  const settings = schedulerSettings(flags);
  for (const passedOver of settings.passedOver) logger.warn({ passedOver }, "configuration");
  if (options.openStore === undefined) await makeDirectory(flags.work_dir);
  let serve: HttpHandler = () => textResponse(503, "The scheduler is starting");
  const endpoint = await (options.openEndpoint ?? openEndpoint)({
    ip: flags.ip,
    port: flags.port,
    onRequest: (request) => serve(request),
    bodyBytesMax: limits.bodyBytesMax,
    logger,
  });
  const history =
    options.openHistory?.() ??
    (await openHistory(settings.history, { logger }).catch(async (error: unknown) => {
      await endpoint.close();
      throw error;
    }));
  const daemon = new SchedulerDaemon(options, { settings, endpoint, history });
  serve = daemon.handler();
  try {
    await daemon.storesReached();
  } catch (error) {
    await daemon.close();
    throw error;
  }
  daemon.stand();
  return daemon;
}

interface DaemonParts {
  readonly settings: SchedulerSettings;
  readonly endpoint: Endpoint;
  readonly history: HistoryStore;
}

class SchedulerDaemon implements RunningScheduler {
  readonly url: string;
  readonly #options: SchedulerOptions;
  readonly #settings: SchedulerSettings;
  readonly #endpoint: Endpoint;
  readonly #history: HistoryStore;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #http: HttpClient;
  readonly #metrics = createMetrics();
  readonly #agents: AgentHttp;
  readonly #usage: UsageWatch;
  readonly #leadership: Leadership;
  readonly #startedAt: Instant;
  readonly #exit = Promise.withResolvers<{ readonly code: number; readonly reason: string }>();
  #leading: Leading | undefined;
  #agentsWatch: AgentsWatch | undefined;
  #isClosed = false;

  constructor(options: SchedulerOptions, { settings, endpoint, history }: DaemonParts) {
    const { flags, logger, world } = options;
    this.#options = options;
    this.#settings = settings;
    this.#endpoint = endpoint;
    this.#history = history;
    this.#clock = options.clock ?? systemClock();
    this.#random = options.random ?? systemRandom();
    this.#http = world?.http ?? createPooledHttp();
    this.#agents = new AgentHttp({ http: this.#http, clock: this.#clock });
    this.#usage = new UsageWatch({ agents: this.#agents, clock: this.#clock, logger });
    this.#startedAt = this.#clock.now();
    this.url = `http://${flags.hostname ?? endpoint.ip}:${endpoint.port}${settings.contextPath}`;
    this.#leadership = new Leadership({
      openStore: () => this.#openStore(),
      group: schedulerGroup(settings.store.path),
      url: this.url,
      clock: this.#clock,
      logger,
      lost: (reason) => this.#end(reason),
      lead: (store) => this.#lead(store),
    });
  }

  get exited(): Promise<{ readonly code: number; readonly reason: string }> {
    return this.#exit.promise;
  }

  /** Answers what comes to its port. */
  handler(): HttpHandler {
    const { logger } = this.#options;
    const context = this.#apiContext();
    addSchedulerMetrics(this.#metrics, context.engine);
    const others = metricsHandler(this.#metrics, logger, this.#clock);
    return asHttpHandler(createApiHandler(context, apiRoutes), others);
  }

  /** Rejects with what is wrong with the history, or why the store cannot be reached. */
  async storesReached(): Promise<void> {
    const { logger } = this.#options;
    await historyReady(this.#history, logger);
    const probe = await this.#openStore();
    try {
      await untilConnected(probe, limits.storePatienceMs);
    } finally {
      await probe.close();
    }
    const { history, store } = this.#settings;
    if (history.scheme === "sqlite" && store.scheme !== "sqlite") {
      logger.warn(
        { history: this.#history.description },
        "history is in a file of this machine: of several schedulers each would have its own; --history=postgres://… is for all of them",
      );
    }
  }

  /** Stands for election, and leads once it is elected. */
  stand(): void {
    this.#leadership.stand().catch((error: unknown) => this.#end(describeError(error)));
    this.#options.logger.info(
      { url: this.url, store: this.#settings.store.scheme, history: this.#history.description },
      "scheduler is up",
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#agentsWatch?.close();
    this.#usage.close();
    await this.#leading?.close();
    await this.#leadership.close();
    await this.#endpoint.close();
    await this.#history.close();
    if (this.#options.world?.http === undefined) await this.#http.close();
  }

  #openStore(): Coordination | Promise<Coordination> {
    const { openStore, flags, logger } = this.#options;
    if (openStore !== undefined) return openStore();
    const sessionTimeoutMs = flags.store_session_timeout;
    return openCoordination(this.#settings.store, { sessionTimeoutMs, logger, writesMuch: true });
  }

  /** Below which everything is in the store. */
  #root(): string {
    const { path } = this.#settings.store;
    return path === "/" ? "" : path;
  }

  #end(reason: string): void {
    this.#exit.resolve({ code: 1, reason });
  }

  async #lead(store: Coordination): Promise<void> {
    const { flags, logger, world } = this.#options;
    const leading = await Leading.begin(this.#leadingOptions(store));
    if (this.#isClosed) return leading.close();
    this.#leading = leading;
    this.#agentsWatch = new AgentsWatch({
      masters: flags.master,
      leading,
      clock: this.#clock,
      logger,
      world: { ...world, http: this.#http },
    });
    this.#usage.follow(leading);
  }

  #leadingOptions(store: Coordination): LeadingOptions {
    const { flags, logger, world, inspect, wallNow = Date.now, crash } = this.#options;
    const { core, framework } = this.#settings;
    return {
      store,
      path: `${this.#root()}/records`,
      url: this.url,
      config: core,
      masters: flags.master,
      framework: frameworkInfo({ ...framework, webuiUrl: this.url }),
      openDeliverers: (engine) => this.#openDeliverers(engine),
      probe: this.#openProbe(),
      openDiscovery: () => this.#openDiscovery(),
      agents: this.#agents,
      clock: this.#clock,
      wallNow,
      random: this.#random,
      logger,
      metrics: this.#metrics,
      world: { ...world, http: this.#http },
      ...(inspect === undefined ? {} : { loaded: inspect }),
      ended: (error) => {
        if (isCrash(error)) crash?.(error);
        this.#end(describeError(error));
      },
      resigned: (reason) => this.#end(reason),
    };
  }

  #openDeliverers(engine: Engine): OutwardDeliverers {
    return createDeliverers({
      engine,
      history: this.#history,
      settings: this.#settings,
      agents: this.#agents,
      clock: this.#clock,
      random: this.#random,
      logger: this.#options.logger,
      metrics: this.#metrics,
    });
  }

  /** undefined: tasks are not announced. */
  #openDiscovery(): DiscoveryClient | undefined {
    const { servers, key } = this.#settings.core.announce;
    if (servers.length === 0) return undefined;
    const { logger, world } = this.#options;
    return connectDiscovery({
      servers,
      ...(key === undefined ? {} : { key }),
      // One that another may have followed must not renew what that one withdraws.
      mayAnnounce: () => this.#leadership.mayAct(),
      world: { ...world, http: this.#http, clock: this.#clock, random: this.#random, logger },
    });
  }

  #openProbe(): Probe {
    const { health, maxHealthcheckResponseBodyBytes } = this.#settings.core;
    return (
      this.#options.openProbe?.() ??
      createProbe({
        clock: this.#clock,
        verifiesCertificates: health.verifiesCertificates,
        bodyBytesMax: maxHealthcheckResponseBodyBytes,
      })
    );
  }

  #apiContext(): ApiContext {
    const { contextPath, auth, allowTestResourceCalls, retention } = this.#settings;
    const leadership = this.#leadership;
    const history = this.#history;
    const clock = this.#clock;
    return {
      contextPath,
      engine: () => (leadership.mayAct() ? this.#leading?.engine : undefined),
      leaderUrl: () => (leadership.isLeading ? undefined : leadership.leaderUrl),
      storeTrouble: () => leadership.trouble,
      http: this.#http,
      clock,
      history,
      auth,
      files: this.#agents,
      logger: this.#options.logger,
      metrics: this.#metrics,
      hostState: () =>
        hostState({
          leading: this.#leading,
          url: this.url,
          startedAt: this.#startedAt,
          now: clock.now(),
        }),
      allowTestResourceCalls,
      tests: {
        async purgeHistory() {
          await history.purge(retention, clock.now());
        },
      },
      usage: this.#usage,
    };
  }
}

/** Nothing that another leader, a store or an operator did. */
function isCrash({ code }: CodedError): boolean {
  return code === "SCHEDULER_BROKEN" || code === "CORRUPT";
}

/** One that is away comes back, and what has ended waits; one that is wrong (a password, a version) does not. */
async function historyReady(history: HistoryStore, logger: Logger): Promise<void> {
  try {
    await history.ready();
  } catch (error) {
    if (!(error instanceof CodedError) || !error.transient) throw error;
    logger.warn({ history: history.description, error: describeError(error) }, "history is away");
  }
}
