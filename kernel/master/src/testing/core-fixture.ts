/**
 * The core with a shell of memory around it: effects are performed at once and remembered, time stands
 * still until a test moves it.
 */

import assert from "node:assert/strict";
import { type Allocator, createFairAllocator } from "@tavola/allocator";
import {
  type AgentId,
  asId,
  type FrameworkId,
  type Instant,
  instant,
  later,
  type MasterId,
  seededRandom,
} from "@tavola/base";
import {
  type AgentInfo_Capability_Type,
  type FrameworkInfo,
  formatUpid,
  type internal,
  type Offer,
  type Resource,
  type scheduler,
  type TaskInfo,
  type TaskState,
  type TaskStatus,
} from "@tavola/protocol";
import {
  applyOperation,
  createRegistryState,
  decodeSnapshot,
  encodeSnapshot,
  type RegistryOperation,
  type RegistryState,
} from "@tavola/registry";
import { parseResources } from "@tavola/resources";
import { createMasterState } from "../core/create-state.ts";
import type { CommandResult, Effect, OperatorEvent } from "../core/effects.ts";
import type { MasterEvent } from "../core/events.ts";
import type { MasterConfig } from "../core/master-config.ts";
import { MasterCore } from "../core/master-core.ts";
import type { Agent, Framework, MasterState } from "../core/state.ts";
import { fixtureConfig } from "./fixture-config.ts";

/** A message to an agent, its type's name without the package. */
export interface SentMessage {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly message: unknown;
}

interface Predecessor {
  readonly successorId: string;
  readonly now: Instant;
  registry(): RegistryState;
}

const firstMaster: Predecessor = {
  successorId: "master",
  now: instant(1_000_000),
  registry: createRegistryState,
};

/** As it comes out of a store. */
function restored(registry: RegistryState): RegistryState {
  const { value, error } = decodeSnapshot([...encodeSnapshot(registry)], "the test's registry");
  if (value === undefined) throw new Error(error.message);
  return value;
}

interface Wake {
  readonly at: Instant;
  readonly event: MasterEvent;
}

export class CoreFixture {
  readonly state: MasterState;
  readonly allocator: Allocator;
  /** Taken and emptied by `takeSent`. */
  #sent: SentMessage[] = [];
  readonly #events = new Map<string, scheduler.Event[]>();
  readonly #wakes = new Map<string, Wake>();
  readonly #held: MasterEvent[] = [];
  readonly closedStreams: string[] = [];
  readonly published: OperatorEvent[] = [];
  readonly persisted: RegistryOperation[] = [];
  /** The fold of what was persisted. A core that asks for what this refuses is wrong. */
  readonly registry: RegistryState;
  /** Why the core asked for the end of the process. */
  readonly exits: string[] = [];
  readonly linked = new Set<string>();
  readonly replies = new Map<number, CommandResult>();
  /** While true, what is persisted becomes durable only by `releasePersisted`. */
  holdsPersisted = false;
  now: Instant;
  /** Whether agents answer their pings. */
  answersPings = true;
  readonly #config: Partial<MasterConfig>;
  readonly #core: MasterCore;
  readonly #queue: MasterEvent[] = [];
  #agents = 0;

  constructor(config: Partial<MasterConfig> = {}, before: Predecessor = firstMaster) {
    const random = seededRandom(1);
    const id = asId<MasterId>(before.successorId);
    this.#config = config;
    this.registry = before.registry();
    this.now = before.now;
    this.state = createMasterState({
      id,
      info: { id, ip: 16777343, port: 5050 },
      config: { ...fixtureConfig, ...config },
      startedAt: this.now,
    });
    this.allocator = createFairAllocator({ random, filterIntervalMs: 1000 });
    this.#core = new MasterCore({ state: this.state, allocator: this.allocator, random });
    this.handle({ kind: "elected" });
    this.handle({ kind: "registryRecovered", registry: this.registry });
  }

  /** A new master, elected now, with what this one has made durable. This one is to act no more. */
  failover(successorId = "master2"): CoreFixture {
    return new CoreFixture(this.#config, {
      successorId,
      now: this.now,
      registry: () => restored(this.registry),
    });
  }

  /** Events that follow from it are handled after it, as the shell does. */
  handle(event: MasterEvent): void {
    this.#queue.push(event);
    if (this.#queue.length > 1) return;
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      for (const effect of this.#core.handle(next, this.now)) this.#perform(effect);
      this.#queue.shift();
    }
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case "send":
        this.#sent.push({
          from: effect.fromId,
          to: effect.to.id,
          name: effect.type.typeName.replace("mesos.internal.", ""),
          message: effect.message,
        });
        if (this.answersPings && effect.fromId !== "master") {
          this.handle({ kind: "pong", from: formatUpid(effect.to), message: {} });
        }
        return;
      case "sendEvent": {
        const events = this.#events.get(effect.stream) ?? [];
        this.#events.set(effect.stream, [...events, effect.event]);
        return;
      }
      case "closeStream":
        this.closedStreams.push(effect.stream);
        return;
      case "publish":
        this.published.push(effect.event);
        return;
      case "wakeAt":
        this.#wakes.set(effect.key, effect);
        return;
      case "cancelWake":
        this.#wakes.delete(effect.key);
        return;
      case "persist":
        this.persisted.push(effect.operation);
        assert.equal(applyOperation(this.registry, effect.operation).error, undefined);
        if (this.holdsPersisted) this.#held.push(effect.then);
        else this.handle(effect.then);
        return;
      case "reply":
        this.replies.set(effect.ticket, effect.result);
        return;
      case "link":
        this.linked.add(effect.pid);
        return;
      case "unlink":
        this.linked.delete(effect.pid);
        return;
      case "exit":
        this.exits.push(effect.reason);
        return;
      case "allocateSoon":
      case "log":
    }
  }

  /** Something is durable and the core has not been told. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  releasePersisted(): void {
    for (const event of this.#held.splice(0)) this.handle(event);
  }

  /** Moves the time and wakes who is due, in order. */
  advance(ms: number): void {
    const until = later(this.now, ms);
    for (;;) {
      const [next] = [...this.#wakes].sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined || next[1].at > until) break;
      this.#wakes.delete(next[0]);
      this.now = next[1].at;
      this.handle(next[1].event);
    }
    this.now = until;
  }

  /** Events on a stream since they were last taken. */
  takeEvents(stream: string): scheduler.Event[] {
    const events = this.#events.get(stream) ?? [];
    this.#events.delete(stream);
    return events;
  }

  /** The statuses among them. */
  takeStatuses(stream: string): TaskStatus[] {
    return this.takeEvents(stream).flatMap(({ update }) => (update ? [update.status] : []));
  }

  /** Messages to agents since they were last taken; pings only if asked for. */
  takeSent(name?: string): SentMessage[] {
    const sent = this.#sent.filter((one) =>
      name === undefined ? one.name !== "PingSlaveMessage" : one.name === name,
    );
    this.#sent = [];
    return sent;
  }

  /** A framework with a stream `s<n>`; events so far are taken. */
  subscribe(stream: string, info: Partial<FrameworkInfo> = {}): Framework {
    this.handle({
      kind: "subscribed",
      stream,
      subscribe: { framework_info: frameworkInfo(info) },
    });
    this.takeEvents(stream);
    const framework = this.state.frameworkByStream.get(stream);
    if (framework === undefined) throw new Error(`no framework subscribed on ${stream}`);
    return framework;
  }

  /** An agent `slave(n)@10.0.0.1:5051`; messages so far are taken. */
  register(options: Partial<internal.RegisterSlaveMessage> = {}): Agent {
    this.#agents += 1;
    const pid = `slave(${this.#agents})@10.0.0.${this.#agents}:5051`;
    this.handle({ kind: "registerSlave", from: pid, message: registration(options) });
    this.takeSent();
    const agent = this.state.agentByPid.get(pid);
    if (agent === undefined) throw new Error(`${pid} was not registered`);
    return agent;
  }

  call(framework: Framework, call: Omit<scheduler.Call, "framework_id">, ticket?: number): void {
    this.handle({
      kind: "called",
      frameworkId: framework.id,
      call: { ...call, framework_id: { value: framework.id } },
      ...(ticket !== undefined && { ticket }),
    });
  }

  /** Lets the allocator run; the offers that came on `stream`. */
  offers(stream: string): readonly Offer[] {
    this.handle({ kind: "allocate" });
    return this.takeEvents(stream).flatMap(({ offers }) => offers?.offers ?? []);
  }

  /** Accepts `offers` with one LAUNCH. */
  launch(framework: Framework, offers: readonly Offer[], ...tasks: readonly TaskInfo[]): void {
    this.call(framework, {
      type: "ACCEPT",
      accept: {
        offer_ids: offers.map(({ id }) => id),
        operations: [{ type: "LAUNCH", launch: { task_infos: tasks } }],
        filters: { refuse_seconds: 0 },
      },
    });
  }

  /** The agent reports a state of a task, with a uuid of its own. Returns the uuid. */
  report(agent: Agent, framework: Framework, taskId: string, state: TaskState): Uint8Array {
    const uuid = new Uint8Array(16).fill(this.state.counters.get("master/messages_status_update"));
    this.handle({
      kind: "statusUpdate",
      from: agent.pid,
      message: statusUpdate(agent.id, framework.id, taskId, state, uuid),
    });
    return uuid;
  }

  acknowledge(framework: Framework, agent: Agent, taskId: string, uuid: Uint8Array): void {
    this.call(framework, {
      type: "ACKNOWLEDGE",
      acknowledge: { agent_id: { value: agent.id }, task_id: { value: taskId }, uuid },
    });
  }

  /** A registered agent, a framework on stream `s`, a running task `t` of it. */
  running(info: Partial<FrameworkInfo> = {}): { agent: Agent; framework: Framework } {
    const agent = this.register();
    const framework = this.subscribe("s", info);
    this.launch(framework, this.offers("s"), commandTask("t", agent.id));
    this.report(agent, framework, "t", "TASK_RUNNING");
    this.takeEvents("s");
    this.takeSent();
    return { agent, framework };
  }
}

export function frameworkInfo(info: Partial<FrameworkInfo> = {}): FrameworkInfo {
  return {
    user: "nobody",
    name: "test",
    roles: ["web"],
    capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
    ...info,
  };
}

/** A framework that knows neither roles nor partitions. */
export const oldFramework: Partial<FrameworkInfo> = { roles: [], capabilities: [] };

const agentCapabilities: readonly AgentInfo_Capability_Type[] = [
  "MULTI_ROLE",
  "HIERARCHICAL_ROLE",
  "RESERVATION_REFINEMENT",
  "RESOURCE_PROVIDER",
  "AGENT_OPERATION_FEEDBACK",
  "TASK_RESOURCE_LIMITS",
];

export function registration(
  options: Partial<internal.RegisterSlaveMessage> = {},
): internal.RegisterSlaveMessage {
  return {
    slave: {
      hostname: "host",
      port: 5051,
      resources: resources("cpus:4;mem:4000;disk:4000;ports:[31000-31100]"),
      checkpoint: true,
    },
    version: "1.12.0",
    agent_capabilities: agentCapabilities.map((type) => ({ type })),
    resource_version_uuid: { value: new Uint8Array(16).fill(9) },
    ...options,
  };
}

export function resources(text: string): readonly Resource[] {
  const parsed = parseResources(text);
  if (parsed.error !== undefined) throw new Error(parsed.error);
  return parsed.value;
}

export function commandTask(
  id: string,
  agentId: AgentId | string,
  extra: Partial<TaskInfo> = {},
): TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: { value: agentId },
    resources: resources("cpus:1;mem:128"),
    command: { value: "sleep 1000" },
    ...extra,
  };
}

export function statusUpdate(
  agentId: AgentId,
  frameworkId: FrameworkId,
  taskId: string,
  state: TaskState,
  uuid: Uint8Array,
): internal.StatusUpdateMessage {
  return {
    update: {
      framework_id: { value: frameworkId },
      slave_id: { value: agentId },
      executor_id: { value: taskId },
      status: {
        task_id: { value: taskId },
        state,
        source: "SOURCE_EXECUTOR",
        agent_id: { value: agentId },
        timestamp: 1,
        uuid,
      },
      timestamp: 1,
      uuid,
      latest_state: state,
    },
    pid: "slave(1)@10.0.0.1:5051",
  };
}
