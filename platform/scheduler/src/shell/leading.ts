/**
 * A scheduler while it leads: everything that acts on what the engine decides, put together.
 *
 *     records ──► state ──► engine ──► effects ──► master (framework link)
 *                             ▲                    health checks
 *                             │                    outboxes: history, mail, webhooks
 *                             └─── what each of them hears
 */

import { CodedError, describeError, type Random } from "@tavola/base";
import type { Coordination } from "@tavola/coordination";
import type { Clock, Logger, Metrics } from "@tavola/host";
import type { FrameworkInfo, TaskInfo } from "@tavola/protocol";
import type { ClientWorld, DiscoveryClient } from "@tavola/sdk";
import type { AgentAddress } from "../api/task-files.ts";
import { requestForDeploy } from "../core/deploys/which-deploy.ts";
import type { Effect } from "../core/effects.ts";
import { given } from "../core/given.ts";
import { healthTargetOf } from "../core/health/health-target.ts";
import { type LaunchSettings, taskInfo } from "../core/launch/task-info.ts";
import { agentLost } from "../core/machines/agent-lost.ts";
import { agentsListed, type ListedAgent } from "../core/machines/agents-listed.ts";
import { OfferCache } from "../core/placement/offer-cache.ts";
import { offerRescinded, offersLost, offersReceived } from "../core/placement/offers-received.ts";
import { deployKey } from "../core/records.ts";
import type { SchedulerConfig } from "../core/scheduler-config.ts";
import { directoriesFound } from "../core/tasks/directories-found.ts";
import { wallClockStepped } from "../core/tasks/due-plans.ts";
import { launchRefused } from "../core/tasks/launch-refused.ts";
import { disconnected, subscribed } from "../core/tasks/reconciliation.ts";
import { shellCommandUpdated } from "../core/tasks/shell-command-asked.ts";
import { statusUpdated, type TaskReport } from "../core/tasks/status-updated.ts";
import { healthcheckAnswered, healthTelling } from "../core/tasks/task-health.ts";
import type { RecordChange } from "../core/turn.ts";
import type { AgentHttp } from "../framework/agent-http.ts";
import { DirectoryFinder } from "../framework/directory-finder.ts";
import { shellCommandUpdateOf } from "../framework/executor-message.ts";
import { FrameworkLink } from "../framework/framework-link.ts";
import { createHealthChecker, type HealthChecker } from "../health/health-checker.ts";
import type { Probe } from "../health/probe.ts";
import { openRecordStore, type RecordStore } from "../store/record-store.ts";
import { Announcing } from "./announcing.ts";
import { Engine } from "./engine.ts";
import { type ExecutorTalk, tellDestroy, tellShellCommand } from "./executor-talk.ts";
import { loadState } from "./load-state.ts";
import {
  type Deliverers,
  deliverDurable,
  type OutboxKind,
  type OutwardDeliverers,
} from "./outboxes.ts";
import { watchWallClock } from "./wall-clock-watch.ts";

export interface LeadingOptions {
  readonly store: Coordination;
  /** Where the records are, below the store's root. */
  readonly path: string;
  readonly url: string;
  readonly config: SchedulerConfig;
  readonly masters: string;
  readonly framework: FrameworkInfo;
  readonly openDeliverers: (engine: Engine) => OutwardDeliverers;
  /** Where healthy tasks are announced; undefined: nowhere. */
  readonly openDiscovery: () => DiscoveryClient | undefined;
  readonly probe: Probe;
  readonly agents: AgentHttp;
  readonly clock: Clock;
  /** Epoch ms by the machine's own clock. */
  readonly wallNow: () => number;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly world?: ClientWorld;
  /** Everything was read, and nothing of it has been acted upon. */
  readonly loaded?: (engine: Engine) => void;
  /** Once: it must not go on. */
  readonly ended: (error: CodedError) => void;
  /** An operator asked for another to lead. */
  readonly resigned: (reason: string) => void;
}

export class Leading {
  readonly engine: Engine;
  readonly link: FrameworkLink;
  readonly #options: LeadingOptions;
  readonly #records: RecordStore;
  readonly #health: HealthChecker;
  readonly #deliverers: Deliverers;
  readonly #announcing: Announcing;
  readonly #directories: DirectoryFinder;
  readonly #wallClock: { close(): void };
  readonly #talk: ExecutorTalk;

  /** Reads everything, begins to act on it, and resolves. Rejects with what the store says. */
  static async begin(options: LeadingOptions): Promise<Leading> {
    const { store, path, url, config } = options;
    const records = await openRecordStore(store, path, { writer: url });
    const offers = new OfferCache({
      rackAttribute: config.rackIdAttributeKey,
      defaultRackId: config.defaultRackId,
    });
    const state = await loadState(records, offers);
    let leading: Leading | undefined;
    const engine = new Engine({
      state,
      config,
      store: records,
      clock: options.clock,
      random: options.random,
      logger: options.logger,
      metrics: options.metrics,
      durable: (changes) => leading?.durable(changes),
      perform: (effect) => leading?.perform(effect),
      ended: options.ended,
    });
    leading = new Leading(options, engine, records);
    options.loaded?.(engine);
    leading.#deliverWhatWaits();
    options.logger.info(
      { requests: state.records.request.size, tasks: state.records.task.size },
      "leading with what was kept",
    );
    try {
      await engine.start();
    } catch (error) {
      await leading.close();
      throw error;
    }
    leading.#resume();
    return leading;
  }

  private constructor(options: LeadingOptions, engine: Engine, records: RecordStore) {
    this.#options = options;
    this.#records = records;
    this.engine = engine;
    const discovery = options.openDiscovery();
    this.#announcing = new Announcing({
      engine,
      framework: { id: options.framework.id?.value ?? "", name: options.framework.name },
      ...(discovery === undefined ? {} : { discovery }),
      clock: options.clock,
      logger: options.logger,
      metrics: options.metrics,
    });
    this.#deliverers = {
      ...options.openDeliverers(engine),
      outboxWithdrawal: this.#announcing.deliverer,
    };
    this.#health = createHealthChecker({
      clock: options.clock,
      logger: options.logger,
      probe: options.probe,
      inFlightMax: options.config.health.inFlightMax,
      onReport: (report) => this.#decide((turn) => healthcheckAnswered(turn, report)),
    });
    options.metrics.gauge("scheduler/health_checked_tasks", () => this.#health.counts.tasks);
    options.metrics.gauge("scheduler/health_in_flight", () => this.#health.counts.inFlight);
    this.#directories = new DirectoryFinder({
      clock: options.clock,
      addressOf: (agentId) => this.addressOf(agentId),
      ask: (agent) => options.agents.directories(agent, options.framework.id?.value ?? ""),
      found: (found) => this.#decide((turn) => directoriesFound(turn, found)),
    });
    this.#wallClock = watchWallClock({
      clock: options.clock,
      wallNow: options.wallNow,
      stepped: (offsetMs) => {
        options.logger.warn({ offsetMs }, "the machine's time was set; schedules follow it");
        this.#decide((turn) => wallClockStepped(turn, offsetMs));
      },
    });
    this.link = new FrameworkLink({
      masters: options.masters,
      framework: options.framework,
      logger: options.logger,
      ...(options.world === undefined ? {} : { world: options.world }),
      taskInfos: (taskIds) => this.#taskInfos(taskIds),
      events: {
        subscribed: (frameworkId, master) =>
          engine.decide((turn) => {
            offersLost(turn);
            subscribed(turn, given({ frameworkId, master }));
          }),
        disconnected: () =>
          engine.decide((turn) => {
            offersLost(turn);
            disconnected(turn);
          }),
        offers: (offers) => engine.decide((turn) => offersReceived(turn, offers)),
        rescinded: (offerId) => engine.decide((turn) => offerRescinded(turn, offerId)),
        updated: (report) => this.#updated(report),
        agentLost: (agentId) => engine.decide((turn) => agentLost(turn, agentId)),
        message: async (data) => {
          const update = shellCommandUpdateOf(data);
          if (update !== undefined)
            await engine.decide((turn) => shellCommandUpdated(turn, update));
        },
        heartbeat: () => {
          engine.state.link.lastHeartbeatAt = engine.now;
        },
        launchRefused: (taskIds, reason) =>
          engine.decide((turn) => launchRefused(turn, { taskIds, reason })),
      },
    });
    this.link.ended.catch((error: unknown) => options.ended(this.#whyUnlinked(error)));
    const { state } = engine;
    this.#talk = { state, link: this.link, decide: (what) => this.#decide(what) };
  }

  /** Where to ask about an agent; undefined: it is not known, or has not said its port. */
  addressOf(agentId: string): AgentAddress | undefined {
    const { hostname, port } = this.#agent(agentId) ?? {};
    return hostname === undefined || port === undefined ? undefined : { hostname, port };
  }

  /** What the master's list of agents says; `isStartup`: just after a subscription. */
  agentsListed(agents: readonly ListedAgent[], isStartup: boolean): Promise<void> {
    return this.engine.decide((turn) => agentsListed(turn, agents, isStartup));
  }

  durable(changed: Iterable<RecordChange>): void {
    const changes = [...changed];
    deliverDurable(this.#deliverers, changes);
    this.#announcing.durable(changes);
  }

  perform(effect: Effect): void {
    switch (effect.kind) {
      case "startHealthcheck":
        this.#check(effect.taskId);
        break;
      case "stopHealthcheck":
        this.#health.stop(effect.taskId);
        break;
      case "shellCommand":
        tellShellCommand(this.#talk, effect);
        break;
      case "kill":
        if (effect.gracePeriodMs === 0) tellDestroy(this.#talk, effect.taskId);
        this.link.perform(effect);
        break;
      case "resign":
        this.#options.resigned(effect.reason);
        break;
      default:
        this.link.perform(effect);
    }
  }

  /** Tasks live on, and so does everything in the outboxes. */
  async close(): Promise<void> {
    this.engine.close();
    this.#records.close();
    this.#wallClock.close();
    this.#directories.close();
    const deliverers = [...new Set(Object.values(this.#deliverers))];
    await Promise.all([
      this.link.close(),
      this.#health.close(),
      ...deliverers.map((deliverer) => deliverer.close()),
    ]);
  }

  /** What a former leader did not get delivered. */
  #deliverWhatWaits(): void {
    const { records } = this.engine.state;
    for (const kind of Object.keys(this.#deliverers) as OutboxKind[]) {
      this.durable([...records[kind]].map(([key, value]) => ({ kind, key, value })));
    }
  }

  /** What a former leader was doing: announcing tasks, checking them, and finding out where they are. */
  #resume(): void {
    this.#announcing.resume();
    for (const [taskId, task] of this.engine.state.records.task) {
      if (task.runningAt === undefined) continue;
      this.#check(taskId);
      if (task.directory === undefined) this.#directories.want(taskId, task.agentId);
    }
  }

  async #updated(report: TaskReport): Promise<void> {
    await this.engine.decide((turn) => statusUpdated(turn, report));
    const task = this.engine.state.records.task.get(report.taskId);
    if (task?.runningAt !== undefined && task.directory === undefined) {
      this.#directories.want(report.taskId, task.agentId);
    }
  }

  /** Without its master a scheduler is of no use, and must not look as if it were. */
  #whyUnlinked(cause: unknown): CodedError {
    const id = this.#options.framework.id?.value ?? "";
    if (!(cause instanceof CodedError)) {
      return new CodedError("SCHEDULER_BROKEN", "what the master said broke it", {}, { cause });
    }
    if (cause.code !== "FRAMEWORK_REFUSED" && cause.code !== "CALL_REFUSED") return cause;
    return new CodedError(
      "FRAMEWORK_REFUSED",
      `the master does not take framework "${id}": another scheduler has its id now, its failover timeout went by (start with another --framework_id), or it may not register`,
      { frameworkId: id },
      { cause },
    );
  }

  #agent(agentId: string): { readonly hostname: string; readonly port?: number } | undefined {
    const { records, tasksOn } = this.engine.state;
    const agent = records.agent.get(agentId);
    if (agent === undefined) return undefined;
    // The agent's own record has its name as people see it, perhaps shortened; its tasks' have all of it.
    const [task] = tasksOn.get(agentId)?.values() ?? [];
    return {
      hostname: task?.hostname ?? agent.host,
      ...(agent.port === undefined ? {} : { port: agent.port }),
    };
  }

  #check(taskId: string): void {
    const { state, config, now } = this.engine;
    const task = state.records.task.get(taskId);
    const telling = task && healthTelling(state, config, task);
    if (task === undefined || telling?.kind !== "checks") return;
    this.#health.start(healthTargetOf(task, telling.plan, now));
  }

  #taskInfos(taskIds: readonly string[]): readonly TaskInfo[] {
    const { records } = this.engine.state;
    return taskIds.flatMap((id) => {
      const task = records.task.get(id);
      const { requestId = "", deployId = "" } = task?.taskId ?? {};
      const request = requestForDeploy(this.engine.state, { requestId, deployId });
      const deploy = records.deploy.get(deployKey(requestId, deployId))?.deploy;
      if (task === undefined || request === undefined || deploy === undefined) return [];
      return [taskInfo({ task, request, deploy, settings: this.#launchSettings() })];
    });
  }

  #launchSettings(): LaunchSettings {
    const { config } = this.#options;
    return {
      defaultPortMapping: config.defaultPortMapping,
      customExecutorResources: {
        cpus: config.customExecutorCpus,
        memoryMb: config.customExecutorMemoryMb,
        diskMb: config.customExecutorDiskMb,
        numPorts: 0,
      },
    };
  }

  /** For what nobody waits for. */
  #decide(what: Parameters<Engine["decide"]>[0]): void {
    this.engine.decide(what).catch((error: unknown) => {
      this.#options.logger.debug({ error: describeError(error) }, "not decided any more");
    });
  }
}
