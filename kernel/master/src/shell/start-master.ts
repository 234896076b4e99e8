/**
 * A master on this machine: its port, its core, its APIs, put together.
 *
 * With the registry in memory there is no election: it leads from the start.
 */

import { createFairAllocator } from "@tavola/allocator";
import { asId, type MasterId, minuteMs, type Random, randomUuid, weekMs } from "@tavola/base";
import {
  type Clock,
  createMetrics,
  createRouter,
  type Endpoint,
  type HttpHandler,
  type Logger,
  type LogLevel,
  makeDirectory,
  openEndpoint,
  ServedFiles,
  systemClock,
  systemRandom,
  textResponse,
} from "@tavola/host";
import type { LibprocessMessage } from "@tavola/protocol";
import { createRegistryState } from "@tavola/registry";
import { createOperatorRoutes } from "../api/operator-routes.ts";
import { createSchedulerRoutes } from "../api/scheduler-api.ts";
import { createMasterState } from "../core/create-state.ts";
import type { MasterConfig } from "../core/master-config.ts";
import { MasterCore } from "../core/master-core.ts";
import { type MasterFlags, parseMinAllocatable, parseRoles } from "../flags.ts";
import { isMasterProcess, readAgentMessage } from "./agent-messages.ts";
import { lookUpHostname } from "./hostname.ts";
import { createMasterInfo } from "./master-info.ts";
import { MasterShell } from "./master-shell.ts";
import { createInMemoryRegistrar } from "./registry.ts";

export interface MasterOptions {
  readonly flags: MasterFlags;
  /** Every flag as text (`ParsedFlags.shown`), for `/flags` and `/state`. Default: none are shown. */
  readonly flagsShown?: Readonly<Record<string, string>>;
  readonly logger: Logger & { level?: LogLevel };
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: the operating system's dice. */
  readonly random?: Random;
  /** Default: a port of this machine. */
  readonly openEndpoint?: typeof openEndpoint;
}

export interface RunningMaster {
  /** `http://ip:port`, as peers reach it; no trailing slash. */
  readonly url: string;
  /** Ends its streams and connections, and stops listening. Agents and tasks live on. */
  close(): Promise<void>;
}

/**
 * Resolves when the master answers and leads. Rejects with a CodedError: CANNOT_LISTEN, or what the
 * work directory says.
 */
export async function startMaster(options: MasterOptions): Promise<RunningMaster> {
  const { flags, logger } = options;
  await makeDirectory(flags.work_dir);
  let serve: HttpHandler = () => textResponse(503, "Master is starting");
  let receive = (_: LibprocessMessage): void => {};
  const endpoint = await (options.openEndpoint ?? openEndpoint)({
    ip: flags.ip ?? "0.0.0.0",
    port: flags.port,
    ...(flags.advertise_ip !== undefined && { advertiseIp: flags.advertise_ip }),
    ...(flags.advertise_port !== undefined && { advertisePort: flags.advertise_port }),
    onRequest: (request) => serve(request),
    onMessage(message) {
      if (!isMasterProcess(message.to)) return "unknown";
      receive(message);
      return "accepted";
    },
    logger,
  });
  const master = await assemble(options, endpoint);
  serve = master.serve;
  receive = master.receive;
  master.shell.dispatch({ kind: "elected" });
  master.shell.dispatch({ kind: "registryRecovered", registry: createRegistryState() });
  const url = `http://${endpoint.ip}:${endpoint.port}`;
  logger.info({ url, id: master.shell.state.id }, "master is leading");
  return {
    url,
    async close() {
      master.shell.close();
      master.closeApis();
      // What was written goes out at the end of this turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      await endpoint.close();
    },
  };
}

async function assemble(options: MasterOptions, endpoint: Endpoint) {
  const { flags, logger, clock = systemClock(), random = systemRandom() } = options;
  const { ip, port, messenger } = endpoint;
  const id = asId<MasterId>(randomUuid(random));
  const hostname = flags.hostname ?? (flags.hostname_lookup ? await lookUpHostname(ip) : ip);
  const config = configOf(flags);
  const state = createMasterState({
    id,
    info: createMasterInfo({ id, ip, port, hostname }),
    config,
    startedAt: clock.now(),
  });
  const allocator = createFairAllocator({
    random,
    filterIntervalMs: config.allocationIntervalMs,
    minAllocatable: parseMinAllocatable(flags.min_allocatable_resources).value,
  });
  const metrics = createMetrics();
  const shell = new MasterShell({
    core: new MasterCore({ state, allocator, random }),
    clock,
    metrics,
    logger,
    registry: createInMemoryRegistrar(),
    messenger,
  });
  const operator = createOperatorRoutes({
    state,
    clock,
    metrics,
    allocator,
    logger,
    files: new ServedFiles(),
    flagsShown: options.flagsShown ?? {},
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
  return {
    shell,
    serve: createRouter({ delegate: "master", routes: [...scheduler, ...operator.routes] }),
    receive: (message: LibprocessMessage) => shell.dispatch(readAgentMessage(message)),
    closeApis: () => operator.close(),
  };
}

function configOf(flags: MasterFlags): MasterConfig {
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
    agentRemovalIntervalMs: undefined,
    recoveryAgentRemovalMax: 1,
    registryGcIntervalMs: 15 * minuteMs,
    registryAgentsMax: flags.registry_max_agent_count,
    registryAgentAgeMsMax: 2 * weekMs,
    roleWhitelist: flags.roles === undefined ? undefined : parseRoles(flags.roles).value,
    rootSubmissions: flags.root_submissions,
  };
}
