/**
 * A scheduler on this machine: its port, its API, its stores, its candidacy.
 *
 *     listens ──► follows ──► elected: loads ──► leads ──► exited
 *
 * A follower answers by passing calls on to the leader. A leader that another may have followed ends:
 * what it knows may no longer be so. Whoever supervises it starts it again.
 */

import { CodedError, describeError, type Random } from "@tavola/base";
import { type Coordination, openCoordination, untilConnected } from "@tavola/coordination";
import {
  type Clock,
  createHttpClient,
  createMetrics,
  type HttpHandler,
  type Logger,
  makeDirectory,
  openEndpoint,
  systemClock,
  systemRandom,
  textResponse,
} from "@tavola/host";
import type { ClientWorld } from "@tavola/sdk";
import type { ApiContext } from "../api/api-context.ts";
import { asHttpHandler, createApiHandler } from "../api/api-handler.ts";
import { apiRoutes } from "../api/routes.ts";
import { AgentHttp } from "../framework/agent-http.ts";
import { AgentsWatch } from "../framework/agents-watch.ts";
import { frameworkInfo } from "../framework/framework-info.ts";
import { createProbe, type Probe } from "../health/probe.ts";
import type { HistoryStore } from "../history/history-store.ts";
import { openHistory } from "../history/open-history.ts";
import { createDeliverers } from "./deliverers.ts";
import type { Engine } from "./engine.ts";
import { hostState } from "./host-state.ts";
import { Leadership } from "./leadership.ts";
import { Leading } from "./leading.ts";
import type { SchedulerFlags } from "./scheduler-flags.ts";
import { addSchedulerMetrics, metricsHandler } from "./scheduler-metrics.ts";
import { schedulerSettings } from "./scheduler-settings.ts";
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
  const clock = options.clock ?? systemClock();
  const random = options.random ?? systemRandom();
  const metrics = createMetrics();
  const exit = Promise.withResolvers<{ readonly code: number; readonly reason: string }>();
  let serve: HttpHandler = () => textResponse(503, "The scheduler is starting");
  const endpoint = await (options.openEndpoint ?? openEndpoint)({
    ip: flags.ip,
    port: flags.port,
    onRequest: (request) => serve(request),
    bodyBytesMax: limits.bodyBytesMax,
    logger,
  });
  const url = `http://${flags.hostname ?? endpoint.ip}:${endpoint.port}${settings.contextPath}`;
  const http = options.world?.http ?? createHttpClient();
  const history =
    options.openHistory?.() ??
    (await openHistory(settings.history, { logger }).catch(async (error: unknown) => {
      await endpoint.close();
      throw error;
    }));
  const agents = new AgentHttp({ http });
  const startedAt = clock.now();
  let isClosed = false;
  let leading: Leading | undefined;
  let agentsWatch: AgentsWatch | undefined;
  const usage = new UsageWatch({ agents, clock, logger });

  const openStore =
    options.openStore ??
    (() =>
      openCoordination(settings.store, {
        sessionTimeoutMs: flags.store_session_timeout,
        logger,
      }));
  const end = (reason: string): void => exit.resolve({ code: 1, reason });
  const path = settings.store.path === "/" ? "" : settings.store.path;
  const leadership = new Leadership({
    openStore,
    group: `${path}/candidates`,
    url,
    clock,
    logger,
    lost: end,
    lead: async (store) => {
      const begun = await Leading.begin({
        store,
        path: `${path}/records`,
        url,
        config: settings.core,
        masters: flags.master,
        framework: frameworkInfo({ ...settings.framework, webuiUrl: url }),
        openDeliverers: (engine) =>
          createDeliverers({
            engine,
            history,
            settings,
            agents,
            clock,
            random,
            logger,
            metrics,
          }),
        probe:
          options.openProbe?.() ??
          createProbe({
            clock,
            verifiesCertificates: settings.core.health.verifiesCertificates,
            bodyBytesMax: settings.core.maxHealthcheckResponseBodyBytes,
          }),
        agents,
        clock,
        wallNow: options.wallNow ?? Date.now,
        random,
        logger,
        metrics,
        ...(options.world === undefined ? {} : { world: options.world }),
        ...(options.inspect === undefined ? {} : { loaded: options.inspect }),
        ended: (error) => {
          if (isCrash(error)) options.crash?.(error);
          end(describeError(error));
        },
        resigned: end,
      });
      if (isClosed) return begun.close();
      leading = begun;
      agentsWatch = new AgentsWatch({
        masters: flags.master,
        leading,
        clock,
        logger,
        ...(options.world === undefined ? {} : { world: options.world }),
      });
      usage.follow(leading);
    },
  });
  const context: ApiContext = {
    contextPath: settings.contextPath,
    engine: () => (leadership.mayAct() ? leading?.engine : undefined),
    leaderUrl: () => (leadership.isLeading ? undefined : leadership.leaderUrl),
    http,
    clock,
    history,
    auth: settings.auth,
    files: agents,
    logger,
    metrics,
    hostState: () => hostState({ leading, url, startedAt, now: clock.now() }),
    allowTestResourceCalls: settings.allowTestResourceCalls,
    tests: {
      async purgeHistory() {
        await history.purge(settings.retention, clock.now());
      },
    },
    usage,
  };
  addSchedulerMetrics(metrics, context.engine);
  const api = createApiHandler(context, apiRoutes);
  serve = asHttpHandler(api, metricsHandler(metrics, logger, clock));
  const close = async (): Promise<void> => {
    isClosed = true;
    agentsWatch?.close();
    usage.close();
    await leading?.close();
    await leadership.close();
    await endpoint.close();
    await history.close();
    if (options.world?.http === undefined) await http.close();
  };
  try {
    await historyReady(history, logger);
    const probe = await openStore();
    try {
      await untilConnected(probe, limits.storePatienceMs);
    } finally {
      await probe.close();
    }
  } catch (error) {
    await close();
    throw error;
  }
  if (settings.history.scheme === "sqlite" && settings.store.scheme !== "sqlite") {
    logger.warn(
      { history: history.description },
      "history is in a file of this machine: of several schedulers each would have its own; --history=postgres://… is for all of them",
    );
  }
  leadership.stand().catch((error: unknown) => end(describeError(error)));
  logger.info(
    { url, store: settings.store.scheme, history: history.description },
    "scheduler is up",
  );
  return { url, exited: exit.promise, close };
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
