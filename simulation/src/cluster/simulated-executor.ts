/**
 * An executor: the sdk's real client, and a simple will of its own.
 *
 * Launches what it is told to, stops what it is told to, reports how it ended, and leaves when the
 * agent has its last report. One that takes over from an executor host that died says again what runs
 * and what ended meanwhile.
 */

import { minuteMs } from "@tavola/base";
import { type HttpClient, silentLogger } from "@tavola/host";
import type { TaskInfo, TaskState } from "@tavola/protocol";
import { connectExecutor, type Executor, type ExecutorEvent } from "@tavola/sdk";
import type { SimulatedProcess } from "../world/process.ts";
import type { TerminalReport } from "./ledger.ts";
import type { SimulatedContainer, TaskWatcher } from "./simulated-container.ts";

/** From LAUNCH until the task's process is there. */
const startMs = { min: 5, max: 40 } as const;
/** For an agent that does not acknowledge the last report. */
const patienceMs = minuteMs;

export class SimulatedExecutor implements TaskWatcher {
  readonly #container: SimulatedContainer;
  readonly #process: SimulatedProcess;
  readonly #executor: Executor;
  readonly #launched = new Map<string, TaskInfo>();
  readonly #stopped = new Set<string>();
  readonly #pending = new Set<Promise<void>>();
  #isShuttingDown = false;
  #isLeaving = false;

  constructor(container: SimulatedContainer, process: SimulatedProcess, http: HttpClient) {
    this.#container = container;
    this.#process = process;
    const earlier = [...container.tasks.values()].map(({ info }) => info);
    this.#executor = connectExecutor({
      environment: container.launch.environment,
      world: { clock: process.clock, random: process.random, http, logger: silentLogger },
      ...(earlier.length > 0 && { earlierTasks: earlier }),
    });
    container.watcher = this;
    for (const info of earlier) this.#adopt(info);
    void this.#hear();
  }

  taskEnded(taskId: string, state: TaskState): void {
    this.#process.take(() => this.#reportEnd(taskId, state));
  }

  #adopt(info: TaskInfo): void {
    const taskId = info.task_id.value;
    this.#launched.set(taskId, info);
    const end = this.#container.tasks.get(taskId)?.end;
    if (end === undefined) this.#report(info, "TASK_RUNNING");
    else this.#reportEnd(taskId, end);
  }

  async #hear(): Promise<void> {
    try {
      for await (const event of this.#executor) {
        if (!this.#process.touch()) return;
        this.#received(event);
        // Asking for more would close the connection before the last reports are out.
        if (event.type === "SHUTDOWN") return;
      }
    } catch {
      // The agent will have nothing to do with it.
      this.#leave(1 << 8);
    }
  }

  #received(event: ExecutorEvent): void {
    switch (event.type) {
      case "LAUNCH":
        this.#launch(event.task);
        return;
      case "KILL":
        this.#stop(event.task_id.value);
        return;
      case "SHUTDOWN":
        this.#isShuttingDown = true;
        for (const taskId of this.#launched.keys()) this.#stop(taskId);
        this.#leaveWhenDone();
        return;
      default:
        return;
    }
  }

  #launch(info: TaskInfo): void {
    const taskId = info.task_id.value;
    if (this.#launched.has(taskId)) return;
    this.#launched.set(taskId, info);
    this.#report(info, "TASK_STARTING");
    const { random, clock } = this.#process;
    const delayMs = startMs.min + random.next() * (startMs.max - startMs.min);
    clock.after(delayMs, () => {
      if (!this.#process.touch() || this.#container.hasEnded) return;
      if (this.#stopped.has(taskId)) {
        this.#report(info, "TASK_KILLED");
        this.#leaveWhenDone();
        return;
      }
      this.#container.startTask(info);
      this.#report(info, "TASK_RUNNING");
    });
  }

  #stop(taskId: string): void {
    if (!this.#launched.has(taskId) || this.#stopped.has(taskId)) return;
    this.#stopped.add(taskId);
    this.#container.stopTask(taskId);
  }

  #reportEnd(taskId: string, state: TaskState): void {
    const info = this.#launched.get(taskId);
    if (info !== undefined) this.#report(info, state);
    this.#leaveWhenDone();
  }

  #report(info: TaskInfo, state: TaskState): void {
    const isTerminal = state !== "TASK_RUNNING" && state !== "TASK_STARTING";
    const history = this.#container.tasks.get(info.task_id.value)?.history;
    const report: TerminalReport = {
      state,
      containerId: this.#container.launch.containerId,
      isAccepted: false,
    };
    if (isTerminal) history?.reports.push(report);
    const accepted = this.#executor.update({ task_id: info.task_id, state }).then(
      () => {
        report.isAccepted = this.#process.isAlive;
      },
      () => {},
    );
    this.#pending.add(accepted);
    void accepted.then(() => {
      this.#pending.delete(accepted);
      this.#leaveWhenDone();
    });
    if (isTerminal) this.#process.clock.after(patienceMs, () => this.#leaveUnheard());
  }

  /** A command's executor leaves with its task, a custom one when it is told to. */
  #leaveWhenDone(): void {
    if (this.#pending.size === 0 && this.#isDone()) this.#leave(0);
  }

  #leaveUnheard(): void {
    if (this.#isDone() && this.#executor.isSubscribed) this.#leave(0);
  }

  #isDone(): boolean {
    const { launch, tasks } = this.#container;
    if (launch.kind === "process" && !this.#isShuttingDown) return false;
    if (this.#launched.size === 0) return this.#isShuttingDown;
    return [...this.#launched.keys()].every((taskId) => {
      const task = tasks.get(taskId);
      return task === undefined ? this.#stopped.has(taskId) : task.end !== undefined;
    });
  }

  #leave(status: number): void {
    if (this.#isLeaving || !this.#process.touch()) return;
    this.#isLeaving = true;
    void this.#executor.close();
    this.#container.end({ status });
    this.#process.end("left");
  }
}
