/**
 * A scheduler's core lived through: people ask, tasks come and go, time passes, and the real rules run
 * after each, with a cluster that has room for everything unless told otherwise.
 *
 * Only the placement of tasks is made up. A test says what the cluster's tasks do; what they are asked
 * to do (launch, kill) is theirs to see in `launched()` and `asked()`.
 */

import assert from "node:assert/strict";
import { instant } from "@tavola/base";
import { deployPosted } from "../deploys/deploy-posted.ts";
import { requestRules } from "../finish-turn.ts";
import { defaultMailSettings } from "../mail/mail-settings.ts";
import type { DeployRequest } from "../model/actions.ts";
import type { Deploy } from "../model/deploy.ts";
import type { RequestState, TaskState } from "../model/enums.ts";
import type { Request } from "../model/request.ts";
import { launchableOf } from "../placement/launch-obstacle.ts";
import { OfferCache } from "../placement/offer-cache.ts";
import { reconcileDirty } from "../reconcile-request.ts";
import { deployKey, type RequestDeploys, recordKinds, type TaskRecord } from "../records.ts";
import { requestPosted } from "../requests/request-posted.ts";
import type { SchedulerConfig } from "../scheduler-config.ts";
import { createSchedulerState, fileRecord } from "../state.ts";
import { dueAt } from "../tasks/due-plans.ts";
import { subscribed } from "../tasks/reconciliation.ts";
import { statusUpdated } from "../tasks/status-updated.ts";
import { healthcheckAnswered, isHealthy } from "../tasks/task-health.ts";
import { taskLaunched } from "../tasks/task-launched.ts";
import type { Outcome, Turn } from "../turn.ts";
import { Fixture } from "./fixture.ts";

export class Scenario extends Fixture {
  constructor(config: Partial<SchedulerConfig> = {}) {
    super({ mail: defaultMailSettings, ...config });
    this.state.link.connected = true;
  }

  /** Whether the cluster takes tasks. */
  hasRoom = true;
  /** What each task that starts is given. */
  ports: readonly number[] = [];
  #hosts = 0;

  /** Somebody asks; it must be granted. */
  do<T>(what: (turn: Turn) => Outcome<T>): T {
    const outcome = this.live(what);
    assert.equal(outcome.refusal, undefined, outcome.refusal?.message);
    return outcome.value as T;
  }

  /** Somebody asks; returns why not. */
  refused(what: (turn: Turn) => Outcome<unknown>): { status: number; message: string } {
    const { refusal } = this.live(what);
    assert.ok(refusal !== undefined, "it was granted");
    return refusal;
  }

  /** Something happens, and the rules are held to. */
  live<T>(what: (turn: Turn) => T): T {
    return this.turn((turn) => {
      const result = what(turn);
      this.#settle(turn);
      return result;
    });
  }

  #settle(turn: Turn): void {
    reconcileDirty(turn, requestRules);
    while (this.hasRoom && this.#placeDue(turn)) reconcileDirty(turn, requestRules);
  }

  #placeDue(turn: Turn): boolean {
    let isAnyPlaced = false;
    for (const pendingTask of [...this.state.records.pendingTask.values()]) {
      if (dueAt(this.state, pendingTask) > this.now) continue;
      if ("obstacle" in launchableOf(this.state, this.config, pendingTask)) continue;
      this.#hosts += 1;
      taskLaunched(turn, {
        pendingTask,
        agentId: `agent-${this.#hosts}`,
        hostname: `host${this.#hosts}`,
        rackId: "r1",
        offerIds: ["offer"],
        ports: this.ports,
        resources: { cpus: 1, memoryMb: 64, numPorts: 0, diskMb: 0 },
      });
      isAnyPlaced = true;
    }
    return isAnyPlaced;
  }

  /** Every time that something was planned for comes to pass on the way. */
  override advance(ms: number): void {
    const until = this.now + ms;
    for (let at = this.state.agenda.nextAt; at !== undefined && at <= until; ) {
      assert.ok(at >= this.now - 1, "a rule wants to be asked again in the past");
      this.now = instant(Math.max(this.now, at));
      this.live((turn) => {
        for (const id of this.state.agenda.takeDue(this.now)) turn.dirty(id);
      });
      at = this.state.agenda.nextAt;
    }
    this.now = instant(until);
  }

  /** The scheduler dies and is started again: what was not a record is gone, kills on their way too. */
  restart(): void {
    const { records } = this.state;
    this.effects.length = 0;
    this.state = createSchedulerState(new OfferCache());
    for (const kind of recordKinds) {
      for (const [key, record] of records[kind]) fileRecord(this.state, kind, key, record);
    }
    this.live((turn) => {
      for (const id of records.request.keys()) turn.dirty(id);
      subscribed(turn, { frameworkId: "framework" });
    });
  }

  /** A request and its first deploy, all instances healthy. */
  start(request: Partial<Request> & { readonly id: string }, deploy: Partial<Deploy> = {}): void {
    const owners = ["team@example.org"];
    const whole: Request = { requestType: "SERVICE", instances: 1, owners, ...request };
    this.do((turn) => requestPosted(turn, { request: whole }));
    this.deploy(request.id, { id: "v1", ...deploy });
    this.allHealthy();
    assert.equal(this.active(request.id), deploy.id ?? "v1");
  }

  deploy(
    requestId: string,
    deploy: Partial<Deploy> & { readonly id: string },
    more: Omit<DeployRequest, "deploy"> = {},
  ): void {
    const whole: Deploy = { requestId, command: "serve", ...deploy };
    this.do((turn) => deployPosted(turn, { body: { deploy: whole, ...more }, user: "ann" }));
  }

  /** Every task that was launched runs, answers, and is healthy; until nothing more starts. */
  allHealthy(): void {
    for (let round = 0; round < 50; round += 1) {
      const starting = [...this.state.records.task.values()].filter(
        (task) => task.cleanup === undefined && !isHealthy(task),
      );
      if (starting.length === 0) return;
      for (const task of starting) this.healthy(task);
      this.obeyKills();
    }
    assert.fail("tasks keep starting");
  }

  run(task: TaskRecord): void {
    this.report(task, "TASK_RUNNING");
  }

  healthy(task: TaskRecord): void {
    this.run(task);
    this.#check(task, { statusCode: 200 }, { kind: "healthy" });
  }

  /** Its check gives up on it. */
  unhealthy(task: TaskRecord, message = "answered 503"): void {
    this.#check(task, { statusCode: 503 }, { kind: "unhealthy", reason: "BAD_STATUS", message });
  }

  #check(task: TaskRecord, answer: { statusCode: number }, verdict: unknown): void {
    const result = { ...answer, timestamp: this.now as number, taskId: task.taskId };
    const report = { taskId: task.taskId.id, result, verdict };
    this.live((turn) =>
      healthcheckAnswered(turn, report as unknown as Parameters<typeof healthcheckAnswered>[1]),
    );
  }

  report(task: TaskRecord, state: TaskState, message?: string, reason?: string): void {
    this.live((turn) =>
      statusUpdated(turn, {
        taskId: task.taskId.id,
        state,
        timestamp: this.now,
        ...(message === undefined ? {} : { message }),
        ...(reason === undefined ? {} : { reason }),
      }),
    );
  }

  fail(task: TaskRecord, message = "exited with status 1"): void {
    this.report(task, "TASK_FAILED", message);
  }

  /** Everything that was told to stop does. */
  obeyKills(): void {
    for (let kills = this.take("kill"); kills.length > 0; kills = this.take("kill")) {
      for (const { taskId } of kills) {
        const task = this.task(taskId);
        if (task !== undefined) this.report(task, "TASK_KILLED");
      }
    }
  }

  /** Tasks of a deploy that are not being cleaned up, by instance number. */
  standing(requestId: string, deployId?: string): readonly TaskRecord[] {
    return this.tasksOf(requestId)
      .filter(({ cleanup }) => cleanup === undefined)
      .filter(({ taskId }) => deployId === undefined || taskId.deployId === deployId)
      .sort((a, b) => a.taskId.instanceNo - b.taskId.instanceNo);
  }

  numbers(requestId: string, deployId?: string): readonly number[] {
    return this.standing(requestId, deployId).map(({ taskId }) => taskId.instanceNo);
  }

  /** The one task of that number that stands. */
  instance(requestId: string, instanceNo: number, deployId?: string): TaskRecord {
    const found = this.standing(requestId, deployId).filter(
      ({ taskId }) => taskId.instanceNo === instanceNo,
    );
    assert.equal(found.length, 1, `${found.length} tasks stand as instance ${instanceNo}`);
    return found[0] as TaskRecord;
  }

  /** Why tasks of a deploy are being cleaned up. */
  cleanups(requestId: string, deployId?: string): readonly string[] {
    return this.tasksOf(requestId)
      .filter(({ taskId }) => deployId === undefined || taskId.deployId === deployId)
      .flatMap(({ cleanup }) => (cleanup === undefined ? [] : [cleanup.cleanupType]));
  }

  stateOf(requestId: string): RequestState | undefined {
    return this.state.records.request.get(requestId)?.state;
  }

  deploysOf(requestId: string): RequestDeploys {
    return this.state.records.requestDeploys.get(requestId) ?? { requestId };
  }

  active(requestId: string): string | undefined {
    return this.deploysOf(requestId).active?.deployId;
  }

  pending(requestId: string): string | undefined {
    return this.deploysOf(requestId).pending?.deployMarker.deployId;
  }

  /** How a deploy ended, as history was told. */
  result(requestId: string, deployId: string) {
    return this.state.records.outboxDeploy.get(deployKey(requestId, deployId))?.deployResult;
  }

  /** What happened to a request, as history was told, oldest first. */
  events(requestId: string): readonly string[] {
    return [...this.state.records.outboxRequest.values()]
      .filter(({ request }) => request.id === requestId)
      .map(({ eventType }) => eventType);
  }

  mails(requestId: string): readonly string[] {
    return [...this.state.records.outboxMail.values()]
      .filter((mail) => mail.requestId === requestId)
      .map(({ type }) => type);
  }
}
