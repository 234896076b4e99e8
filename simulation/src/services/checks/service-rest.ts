/**
 * After the last fault everything comes right by itself, within stated time: what is wanted runs, what
 * runs is recorded, and nothing is left to be done.
 */

import type { SchedulerState } from "@tavola/scheduler";
import { runningNow } from "../../cluster/ledger.ts";
import { Violation } from "../../world/world.ts";
import type { RequestWill } from "../request-will.ts";
import type { ServiceCluster } from "../service-cluster.ts";
import type { ServiceChecker } from "./service-checker.ts";

const name = "rest";

export class ServiceRest implements ServiceChecker {
  readonly #cluster: ServiceCluster;

  constructor(cluster: ServiceCluster) {
    this.#cluster = cluster;
  }

  rests(): void {
    const state = this.#leadersState();
    this.#recordsAreTrue(state);
    this.#nothingIsLeft(state);
    for (const will of this.#cluster.wills) {
      will.compare(state.records.request.get(will.id));
      this.#promisesAreKept(state, will);
    }
  }

  #leadersState(): SchedulerState {
    const engines = this.#cluster.schedulers.flatMap(({ engine }) => engine ?? []);
    if (engines.length !== 1) throw new Violation(name, `${engines.length} schedulers lead`);
    const state = engines[0]?.state;
    if (state?.link.connected !== true) throw new Violation(name, "the leader is not connected");
    return state;
  }

  #recordsAreTrue(state: SchedulerState): void {
    const { records } = state;
    for (const { taskId, requestId, truth } of this.#cluster.launches.byId.values()) {
      if (failsForEver(state, requestId)) continue;
      const record = records.task.get(taskId);
      const isRunning = runningNow(truth) !== undefined;
      if (isRunning && record === undefined) {
        throw new Violation(name, `${taskId} runs on ${truth.agent}, and has no record`);
      }
      if (!isRunning && record !== undefined) {
        throw new Violation(name, `${taskId} does not run; its record says ${record.state}`);
      }
      if (record !== undefined && record.state !== "TASK_RUNNING") {
        throw new Violation(name, `${taskId} runs; its record says ${record.state}`);
      }
    }
  }

  #nothingIsLeft(state: SchedulerState): void {
    const { records } = state;
    for (const kind of [
      ...(["outboxTask", "outboxRequest", "outboxDeploy", "outboxMail", "outboxWebhook"] as const),
      "requestCleanup",
    ] as const) {
      const [left] = records[kind].keys();
      if (left !== undefined) throw new Violation(name, `${kind} still holds ${left}`);
    }
    for (const { taskId, cleanup } of records.task.values()) {
      if (cleanup === undefined) continue;
      throw new Violation(name, `${taskId.id} is still to be cleaned up: ${cleanup.cleanupType}`);
    }
    for (const { requestId, pending } of records.requestDeploys.values()) {
      if (pending === undefined) continue;
      throw new Violation(name, `a deploy of ${requestId} is still pending`);
    }
    for (const [id, { pendingTaskId }] of records.pendingTask) {
      if (failsForEver(state, pendingTaskId.requestId)) continue;
      throw new Violation(name, `${id} is still to be launched`);
    }
  }

  #promisesAreKept(state: SchedulerState, will: RequestWill): void {
    const known = state.records.request.get(will.id);
    if (known === undefined) return;
    const active = state.records.requestDeploys.get(will.id)?.active;
    for (const [deployId, fate] of will.deploys) {
      const isKnown =
        active?.deployId === deployId ||
        this.#cluster.history.deploys.has(`${will.id}-${deployId}`);
      if (fate === "promised" && !isKnown) {
        throw new Violation(name, `deploy ${deployId} of ${will.id} is forgotten`);
      }
    }
    const tasks = [...(state.tasksOf.get(will.id)?.values() ?? [])];
    if (will.isLongRunning) {
      if (failsForEver(state, will.id)) return;
      const isWanted = active !== undefined && known.state === "ACTIVE";
      const wanted = isWanted ? (known.request.instances ?? 1) : 0;
      const numbers = new Set(tasks.map(({ taskId }) => taskId.instanceNo));
      const isOneDeploy = tasks.every(({ taskId }) => taskId.deployId === active?.deployId);
      if (tasks.length === wanted && numbers.size === wanted && isOneDeploy) return;
      const ids = tasks.map(({ taskId }) => taskId.id).join(" ");
      throw new Violation(name, `${will.id} (${known.state}) wants ${wanted} tasks, has ${ids}`);
    }
    const launched = new Set(this.#cluster.launches.of(will.id).map(({ runId }) => runId));
    for (const [runId, fate] of will.runs) {
      if (fate === "unknown" || will.wasPaused || launched.has(runId)) continue;
      throw new Violation(name, `${runId} of ${will.id} was promised, and never launched`);
    }
  }
}

/**
 * What its active deploy runs fails each time, and is started again ever later. It became active when the
 * news of its failing was long on its way.
 */
function failsForEver({ records }: SchedulerState, requestId: string): boolean {
  const deployId = records.requestDeploys.get(requestId)?.active?.deployId ?? "";
  const command = records.deploy.get(`${requestId}-${deployId}`)?.deploy.command ?? "";
  return command.includes(" fail ") && records.request.get(requestId)?.state !== "PAUSED";
}
