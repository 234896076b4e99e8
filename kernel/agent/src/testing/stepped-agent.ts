/**
 * An agent's core under test: events in by hand, effects out to look at, time that stands still.
 *
 * For tests of this package only.
 */

import {
  type AgentId,
  asId,
  type ContainerId,
  type ExecutorId,
  type FrameworkId,
  type Instant,
  instant,
  later,
  type Random,
  seededRandom,
  type TaskId,
} from "@tavola/base";
import {
  type executor,
  type FrameworkInfo,
  internal,
  type MessageType,
  type Resource,
  type TaskInfo,
  type TaskState,
  type TaskStatus,
} from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import type { AgentConfig } from "../core/agent-config.ts";
import { handleEvent } from "../core/agent-core.ts";
import type { Effect, LaunchExecutor } from "../core/effects.ts";
import type { AgentEvent } from "../core/events.ts";
import { type AgentState, createAgentState } from "../core/state.ts";

export const agentId = asId<AgentId>("11111111-2222-4333-8444-555555555555-S0");
export const frameworkId = asId<FrameworkId>("11111111-2222-4333-8444-555555555555-0000");
export const masterPid = "master@10.0.0.1:5050";

export function scalars(values: Readonly<Record<string, number>>, role?: string): Resource[] {
  return Object.entries(values).map(([name, value]) => ({
    name,
    type: "SCALAR",
    scalar: { value },
    ...(role === undefined ? {} : { allocation_info: { role } }),
  }));
}

function testConfig(changes: Partial<AgentConfig> = {}): AgentConfig {
  const totalResources = Resources.of(scalars({ cpus: 4, mem: 4000, disk: 10_000 }));
  return {
    upid: { id: "slave(1)", host: "10.0.0.2", port: 5051 },
    version: "1.12.0",
    info: { hostname: "agent", port: 5051, checkpoint: true, resources: totalResources.toList() },
    totalResources,
    capabilities: ["MULTI_ROLE", "HIERARCHICAL_ROLE", "RESERVATION_REFINEMENT"],
    resourceVersionUuid: new Uint8Array(16).fill(7),
    workDir: "/work",
    switchUser: true,
    launcherDir: "/usr/libexec/mesos",
    limitableResources: new Set(),
    canLimitCpus: false,
    executorEnvironment: undefined,
    inheritedEnvironment: { PATH: "/bin" },
    registrationBackoffMs: 1000,
    executorRegistrationTimeoutMs: 60_000,
    executorShutdownGraceMs: 5000,
    executorReregistrationTimeoutMs: 2000,
    recoveryTimeoutMs: 900_000,
    recover: "reconnect",
    completedExecutorsPerFrameworkMax: 150,
    ...changes,
  };
}

export function frameworkInfo(changes: Partial<FrameworkInfo> = {}): FrameworkInfo {
  return {
    user: "root",
    name: "test",
    id: { value: frameworkId },
    roles: ["web"],
    capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
    ...changes,
  };
}

export function commandTask(id: string, changes: Partial<TaskInfo> = {}): TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: { value: agentId },
    resources: scalars({ cpus: 0.5, mem: 64 }, "web"),
    command: { value: "sleep 300" },
    ...changes,
  };
}

export function customTask(id: string, executorId = "custom"): TaskInfo {
  const { command: _, ...task } = commandTask(id);
  return {
    ...task,
    executor: {
      type: "CUSTOM",
      executor_id: { value: executorId },
      framework_id: { value: frameworkId },
      command: { value: "./run" },
      resources: scalars({ cpus: 0.1, mem: 32 }, "web"),
      name: "custom",
    },
  };
}

export class SteppedAgent {
  readonly state: AgentState;
  readonly random: Random = seededRandom(1);
  now: Instant;
  #uuids = 0;

  constructor(config: Partial<AgentConfig> = {}, startedAt = instant(1_000_000)) {
    this.now = startedAt;
    this.state = createAgentState(testConfig(config), this.now);
  }

  feed(event: AgentEvent): readonly Effect[] {
    return handleEvent(this.state, event, this.now, this.random);
  }

  /** Lets time pass, and what was planned for it happen. */
  pass(ms: number): readonly Effect[] {
    this.now = later(this.now, ms);
    return this.feed({ kind: "woken" });
  }

  register(): readonly Effect[] {
    this.feed({ kind: "recovered" });
    const master = { id: "master", host: "10.0.0.1", port: 5050 };
    this.feed({ kind: "masterDetected", master, hostname: "m" });
    this.pass(1000);
    return this.fromMaster("slaveRegistered", {
      slave_id: { value: agentId },
      connection: { total_ping_timeout_seconds: 75 },
    });
  }

  fromMaster<Kind extends Extract<AgentEvent, { from: string }>["kind"]>(
    kind: Kind,
    message: Extract<AgentEvent, { kind: Kind; from: string }>["message"],
    from = masterPid,
  ): readonly Effect[] {
    return this.feed({ kind, from, message } as AgentEvent);
  }

  run(task: TaskInfo, changes: Partial<internal.RunTaskMessage> = {}): readonly Effect[] {
    const framework = frameworkInfo();
    return this.fromMaster("runTask", { framework, task, launch_executor: true, ...changes });
  }

  /** The whole way to a subscribed executor; returns its container. */
  launched(task: TaskInfo, changes: Partial<internal.RunTaskMessage> = {}): ContainerId {
    const launch = this.run(task, changes).find(isLaunch);
    if (launch === undefined) throw new Error("no executor was launched");
    const { containerId } = launch.executor;
    const status = { container_id: { value: containerId }, executor_pid: 42 };
    this.feed({ kind: "executorLaunched", containerId, status });
    this.feed({ kind: "executorSubscribed", containerId, subscribe: {} });
    return containerId;
  }

  report(
    containerId: ContainerId,
    taskId: string,
    state: TaskState,
    changes: Partial<TaskStatus> = {},
  ): readonly Effect[] {
    return this.feed({
      kind: "executorUpdated",
      containerId,
      status: {
        task_id: { value: taskId },
        state,
        source: "SOURCE_EXECUTOR",
        uuid: this.uuid(),
        timestamp: this.now / 1000,
        ...changes,
      },
    });
  }

  /** The master asks after a task that it thinks is here. */
  asksAfter(taskId: string): readonly Effect[] {
    const status = { task_id: { value: taskId }, state: "TASK_STAGING" } as const;
    return this.fromMaster("slaveReregistered", {
      slave_id: { value: agentId },
      reconciliations: [{ framework_id: { value: frameworkId }, statuses: [status] }],
    });
  }

  acknowledge(taskId: string, uuid: Uint8Array): readonly Effect[] {
    return this.fromMaster("statusUpdateAcknowledgement", {
      slave_id: { value: agentId },
      framework_id: { value: frameworkId },
      task_id: { value: taskId },
      uuid,
    });
  }

  uuid(): Uint8Array {
    this.#uuids += 1;
    return new Uint8Array(16).fill(this.#uuids);
  }

  executor(id: string) {
    return this.state.frameworks.get(frameworkId)?.executors.get(asId<ExecutorId>(id));
  }

  taskState(executorId: string, taskId: string): TaskState | undefined {
    const executor = this.executor(executorId);
    const id = asId<TaskId>(taskId);
    return (executor?.launchedTasks.get(id) ?? executor?.terminatedTasks.get(id))?.state;
  }
}

function isLaunch(effect: Effect): effect is LaunchExecutor {
  return effect.kind === "launchExecutor";
}

/** The messages of one type among the effects. */
export function sent<T>(effects: readonly Effect[], type: MessageType<T>): T[] {
  return effects.flatMap((effect) =>
    effect.kind === "send" && effect.type === type ? [effect.message as T] : [],
  );
}

/** The statuses that go to the master. */
export function statuses(effects: readonly Effect[]): TaskStatus[] {
  return sent(effects, internal.StatusUpdateMessage).map(({ update }) => update.status);
}

export function events(effects: readonly Effect[]): executor.Event[] {
  return effects.flatMap((effect) => (effect.kind === "sendEvent" ? [effect.event] : []));
}

export function kinds(effects: readonly Effect[]): string[] {
  return effects.flatMap(({ kind }) => (kind === "log" ? [] : [kind]));
}
