/**
 * A scheduler's state with nothing around it, for tests of its rules: time is set by hand, effects and
 * changes are kept to be looked at.
 */

import { type Instant, instant, seededRandom } from "@tavola/base";
import type { Effect } from "../effects.ts";
import type { Deploy } from "../model/deploy.ts";
import type { Request } from "../model/request.ts";
import { createTaskId, formatPendingTaskId } from "../model/task-id.ts";
import { OfferCache } from "../placement/offer-cache.ts";
import { deployKey, type TaskRecord } from "../records.ts";
import { defaultSchedulerConfig, type SchedulerConfig } from "../scheduler-config.ts";
import { createSchedulerState, fileRecord, type SchedulerState } from "../state.ts";
import { Turn } from "../turn.ts";

/** 2026-01-01T00:00:00Z. */
const epoch = instant(1_767_225_600_000);

export class Fixture {
  state: SchedulerState;
  readonly config: SchedulerConfig;
  readonly effects: Effect[] = [];
  now: Instant = epoch;
  readonly #random = seededRandom(1);

  constructor(config: Partial<SchedulerConfig> = {}) {
    this.config = { ...defaultSchedulerConfig, ...config };
    this.state = createSchedulerState(new OfferCache());
  }

  /** Takes a turn and no rule; returns what `what` does. */
  turn<T>(what: (turn: Turn) => T): T {
    const turn = new Turn(
      { state: this.state, config: this.config, random: this.#random },
      this.now,
    );
    const result = what(turn);
    this.effects.push(...turn.effects);
    return result;
  }

  advance(ms: number): void {
    this.now = instant(this.now + ms);
  }

  /** Effects of this kind since they were last taken. */
  take<K extends Effect["kind"]>(kind: K): Extract<Effect, { readonly kind: K }>[] {
    const taken = this.effects.filter((effect) => effect.kind === kind);
    const rest = this.effects.filter((effect) => effect.kind !== kind);
    this.effects.splice(0, this.effects.length, ...rest);
    return taken as Extract<Effect, { readonly kind: K }>[];
  }

  /** An active request with an active deploy `d1`, as if both had always been there. */
  addService(
    request: Partial<Request> & { readonly id: string },
    deploy: Partial<Deploy> = {},
  ): void {
    const whole: Request = { requestType: "SERVICE", instances: 1, ...request };
    const id = deploy.id ?? "d1";
    fileRecord(this.state, "request", whole.id, {
      request: whole,
      state: "ACTIVE",
      timestamp: this.now,
    });
    const marker = { requestId: whole.id, deployId: id, timestamp: this.now };
    fileRecord(this.state, "requestDeploys", whole.id, { requestId: whole.id, active: marker });
    fileRecord(this.state, "deploy", deployKey(whole.id, id), {
      deploy: { requestId: whole.id, command: "sleep 1000", ...deploy, id },
      marker,
    });
  }

  /** A task as if it had been launched and had come that far. */
  addTask(
    requestId: string,
    instanceNo: number,
    parts: Partial<TaskRecord> & { readonly deployId?: string } = {},
  ): TaskRecord {
    const { deployId = "d1", ...rest } = parts;
    const host = parts.hostname ?? `host${instanceNo}`;
    const taskId = createTaskId({
      requestId,
      deployId,
      instanceNo,
      startedAt: this.now,
      host,
      rackId: "r1",
    });
    const pending = {
      requestId,
      deployId,
      instanceNo,
      nextRunAt: this.now as number,
      createdAt: this.now as number,
      pendingType: "NEW_DEPLOY" as const,
    };
    const task: TaskRecord = {
      taskId,
      pendingTask: { pendingTaskId: { ...pending, id: formatPendingTaskId(pending) } },
      agentId: `agent-${host}`,
      hostname: host,
      offerIds: ["offer"],
      resources: { cpus: 1, memoryMb: 64, numPorts: 0, diskMb: 0 },
      ports: [],
      state: "TASK_RUNNING",
      updates: [],
      runningAt: this.now,
      health: { healthyAt: this.now, results: [] },
      ...rest,
    };
    fileRecord(this.state, "task", taskId.id, task);
    return task;
  }

  task(id: string): TaskRecord | undefined {
    return this.state.records.task.get(id);
  }

  tasksOf(requestId: string): readonly TaskRecord[] {
    return [...(this.state.tasksOf.get(requestId)?.values() ?? [])];
  }

  /** Instance numbers that are planned. */
  planned(requestId: string): readonly number[] {
    return [...(this.state.pendingOf.get(requestId)?.values() ?? [])]
      .map(({ pendingTaskId }) => pendingTaskId.instanceNo)
      .sort((a, b) => a - b);
  }
}
