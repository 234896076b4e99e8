/**
 * A container of a simulated machine: the tasks that really run in it, and the executor that speaks
 * for them.
 *
 * A command task's process belongs to the machine: it outlives its executor, whose host is started
 * again and takes it over, and it outlives the agent. A custom executor is a process of its own, and
 * what it runs ends with it. All of it ends when the container is destroyed, or with the machine.
 */

import type { ContainerLaunch, ContainerTermination } from "@tavola/containerizer";
import type { Timer } from "@tavola/host";
import type { TaskInfo, TaskState } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import type { World } from "../world/world.ts";
import type { Ledger, TaskHistory, TaskRun } from "./ledger.ts";
import { parseTaskPlan, type TaskPlan } from "./task-plan.ts";

const killedStatus = 9;

export interface ContainerHome {
  readonly world: World;
  readonly ledger: Ledger;
  /** The agent's host. */
  readonly host: string;
}

/** Who is told how a task ended; the present executor. */
export interface TaskWatcher {
  taskEnded(taskId: string, state: TaskState): void;
}

export interface RunningTask {
  readonly info: TaskInfo;
  readonly plan: TaskPlan;
  readonly history: TaskHistory;
  readonly run: TaskRun;
  /** Undefined while it runs. */
  end: TaskState | undefined;
  timer: Timer | undefined;
}

export class SimulatedContainer {
  readonly launch: ContainerLaunch;
  readonly tasks = new Map<string, RunningTask>();
  watcher: TaskWatcher | undefined;
  readonly #home: ContainerHome;
  readonly #onEnd: ((termination: ContainerTermination) => void)[] = [];
  #termination: ContainerTermination | undefined;

  constructor(home: ContainerHome, launch: ContainerLaunch) {
    this.#home = home;
    this.launch = launch;
  }

  get hasEnded(): boolean {
    return this.#termination !== undefined;
  }

  /** What is taken for it as long as it runs as it does now. */
  allocated(): Resources {
    const { kind, executorInfo } = this.launch;
    let sum = Resources.of(kind === "process" ? (executorInfo.resources ?? []) : []).unallocated();
    for (const { end, history } of this.tasks.values()) {
      if (end === undefined) sum = sum.plus(history.own.unallocated());
    }
    return sum;
  }

  onEnd(run: (termination: ContainerTermination) => void): void {
    if (this.#termination === undefined) this.#onEnd.push(run);
    else run(this.#termination);
  }

  /** The task's process. Starting one that is there already is a bug of the executor's. */
  startTask(info: TaskInfo): RunningTask {
    const { world, ledger, host } = this.#home;
    const taskId = info.task_id.value;
    const history = ledger.task(this.launch.frameworkInfo.name, taskId);
    const run: TaskRun = {
      agent: host,
      containerId: this.launch.containerId,
      startedMs: world.nowMs,
      endedMs: undefined,
    };
    ledger.started(history, run);
    const plan = parseTaskPlan(info.command?.value ?? info.labels?.labels?.[0]?.value ?? "");
    const task: RunningTask = { info, plan, history, run, end: undefined, timer: undefined };
    this.tasks.set(taskId, task);
    world.note(`${host}: task ${history.key} runs`);
    if (Number.isFinite(plan.durationMs)) {
      const state: TaskState = plan.end === "finish" ? "TASK_FINISHED" : "TASK_FAILED";
      task.timer = world.plan(plan.durationMs, () => this.endTask(taskId, state));
    }
    return task;
  }

  /** Stops it as it stops when asked: not at once. */
  stopTask(taskId: string): void {
    const task = this.tasks.get(taskId);
    if (task === undefined || task.end !== undefined) return;
    task.timer?.cancel();
    const { world } = this.#home;
    task.timer = world.plan(task.plan.stopMs, () => this.endTask(taskId, "TASK_KILLED"));
  }

  endTask(taskId: string, state: TaskState): void {
    const task = this.tasks.get(taskId);
    if (task === undefined || task.end !== undefined) return;
    task.timer?.cancel();
    task.end = state;
    this.#home.ledger.ended(task.run, this.#home.world.nowMs);
    this.#home.world.note(`${this.#home.host}: task ${task.history.key} ended, ${state}`);
    this.watcher?.taskEnded(taskId, state);
  }

  /** All of it is gone: its tasks with it, unreported. */
  end(termination: ContainerTermination = { status: killedStatus }): void {
    if (this.#termination !== undefined) return;
    this.watcher = undefined;
    for (const taskId of this.tasks.keys()) this.endTask(taskId, "TASK_KILLED");
    this.#termination = termination;
    const { world, host } = this.#home;
    world.note(`${host}: container ${this.launch.containerId} of ${this.launch.executorId} ended`);
    for (const run of this.#onEnd) run(termination);
  }
}
