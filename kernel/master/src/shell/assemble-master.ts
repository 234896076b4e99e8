/**
 * The parts of one master, put together: core, allocator, shell, APIs, and the daemon that lives its life.
 */

import { createFairAllocator } from "@tavola/allocator";
import { asId, CodedError, dayMs, invariant, type MasterId, randomUuid } from "@tavola/base";
import { openCoordination } from "@tavola/coordination";
import {
  attachLog,
  createMetrics,
  createRouter,
  type Endpoint,
  jsonResponse,
  type Route,
  ServedFiles,
  systemClock,
  systemRandom,
  textResponse,
} from "@tavola/host";
import { createOperatorRoutes } from "../api/operator-routes.ts";
import { createSchedulerRoutes } from "../api/scheduler-api.ts";
import { createMasterState } from "../core/create-state.ts";
import type { MasterConfig } from "../core/master-config.ts";
import { MasterCore } from "../core/master-core.ts";
import { type MasterFlags, parseMinAllocatable, parseRoles } from "../flags.ts";
import { parsePercentage, parseRateLimit } from "../flags-availability.ts";
import { lookUpHostname } from "./hostname.ts";
import { MasterDaemon } from "./master-daemon.ts";
import { createMasterInfo } from "./master-info.ts";
import { crashProcess, MasterShell } from "./master-shell.ts";
import { masterStoresOf, shownStore } from "./master-stores.ts";
import { addRegistrarMetrics, type Registrar } from "./registry.ts";
import type { MasterOptions } from "./start-master.ts";

export async function assembleMaster(
  options: MasterOptions,
  endpoint: Endpoint,
): Promise<MasterDaemon> {
  const { flags, logger, clock = systemClock(), random = systemRandom() } = options;
  const { crash = crashProcess, openStore = openCoordination } = options;
  const { ip, port, messenger } = endpoint;
  const stores = masterStoresOf(flags);
  const id = asId<MasterId>(randomUuid(random));
  const hostname = flags.hostname ?? (flags.hostname_lookup ? await lookUpHostname(ip) : ip);
  const config = configOf(flags);
  const state = createMasterState({
    id,
    info: createMasterInfo({ id, ip, port, hostname }),
    config,
    startedAt: clock.now(),
  });
  const allocator = (options.createAllocator ?? createFairAllocator)({
    random,
    filterIntervalMs: config.allocationIntervalMs,
    minAllocatable: parseMinAllocatable(flags.min_allocatable_resources).value,
  });
  options.inspect?.(state, allocator);
  const metrics = createMetrics();
  const shell = new MasterShell({
    core: new MasterCore({ state, allocator, random }),
    clock,
    metrics,
    logger,
    // The registrar is made when this master is elected.
    registry: { apply: (...operation) => daemon.registrar?.apply(...operation) },
    messenger,
    mayAct: () => daemon.mayAct(),
    onEnd: (reason, status) => daemon.end(reason, status),
    crash,
  });
  const files = new ServedFiles();
  await attachLog(files, "/master/log", options.logFile, logger);
  const operator = createOperatorRoutes({
    state,
    clock,
    metrics,
    machineLoad: options.machineLoad,
    allocator,
    logger,
    files,
    flagsShown: shownFlags(options.flagsShown ?? {}),
    subscribe: (listener) => shell.subscribe(listener),
    teardownFramework: (frameworkId) =>
      shell.ask((ticket) => ({ kind: "teardownAsked", frameworkId, ticket })),
    markAgentGone: (agentId) =>
      shell.ask((ticket) => ({ kind: "markAgentGoneAsked", agentId, ticket })),
  });
  const scheduler = createSchedulerRoutes({
    state,
    streams: shell.streams,
    dispatch: (event) => shell.dispatch(event),
    ask: (eventOf) => shell.ask(eventOf),
  });
  const routes = [...scheduler, ...operator.routes, registryRoute(() => daemon.registrar)];
  const daemon: MasterDaemon = new MasterDaemon({
    flags,
    stores,
    openStore: () => {
      invariant(stores !== undefined, "a store is opened only where one is needed");
      // Nobody waits for the end of a lone master's session; it may be stopped for as long as it likes.
      const sessionTimeoutMs = stores.isForElection ? flags.zk_session_timeout : dayMs;
      return openStore(stores.url, { sessionTimeoutMs, logger, random, metrics });
    },
    endpoint,
    // A real endpoint writes at the end of the turn of the event loop; any other one at once.
    flushed: options.openEndpoint === undefined ? nextTurn : async () => {},
    shell,
    serve: createRouter({ delegate: "master", routes }),
    closeApis: () => operator.close(),
    clock,
    logger,
    metrics,
    crash,
  });
  addRegistrarMetrics(
    metrics,
    () => daemon.registrar,
    stores?.isForRegistry === true ? Math.max(1, stores.url.servers.length) : undefined,
  );
  return daemon;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What is durable, in Mesos's form; nothing on a master that does not lead. */
function registryRoute(registrar: () => Registrar | undefined): Route {
  return {
    process: "registrar(1)",
    path: "registry",
    methods: ["GET"],
    async handle(request) {
      try {
        return jsonResponse(request, (await registrar()?.json()) ?? "{}");
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        return textResponse(503, error.message);
      }
    },
  };
}

function shownFlags(shown: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { zk } = shown;
  return zk === undefined ? shown : { ...shown, zk: shownStore(zk) };
}

function configOf(flags: MasterFlags): MasterConfig {
  const removal =
    flags.agent_removal_rate_limit === undefined
      ? undefined
      : parseRateLimit(flags.agent_removal_rate_limit).value;
  return {
    cluster: flags.cluster,
    agentPingTimeoutMs: flags.agent_ping_timeout,
    agentPingTimeoutsMax: flags.max_agent_ping_timeouts,
    agentReregisterTimeoutMs: flags.agent_reregister_timeout,
    allocationIntervalMs: flags.allocation_interval,
    offerTimeoutMs: flags.offer_timeout,
    completedFrameworksMax: flags.max_completed_frameworks,
    completedTasksPerFrameworkMax: flags.max_completed_tasks_per_framework,
    unreachableTasksPerFrameworkMax: flags.max_unreachable_tasks_per_framework,
    agentRemovalIntervalMs: removal === undefined ? undefined : removal.perMs / removal.permits,
    recoveryAgentRemovalMax: parsePercentage(flags.recovery_agent_removal_limit).value ?? 1,
    registryGcIntervalMs: flags.registry_gc_interval,
    registryAgentsMax: flags.registry_max_agent_count,
    registryAgentAgeMsMax: flags.registry_max_agent_age,
    roleWhitelist: flags.roles === undefined ? undefined : parseRoles(flags.roles).value,
    rootSubmissions: flags.root_submissions,
  };
}
