/**
 * What must be so after every fault: the tasks are the same processes and counted on without a gap,
 * the framework knows that they run and was told nothing else, and the leader's books say the same.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { eventually } from "@tavola/harness";
import { type ProcessIdentity, readProcesses } from "@tavola/host";
import { isTerminal } from "@tavola/sdk";
import type { FailoverCluster } from "./cluster.ts";
import type { Framework } from "./framework.ts";
import type { CountingTask } from "./tasks.ts";

export class Witness {
  readonly #cluster: FailoverCluster;
  readonly #framework: Framework;
  readonly #tasks: CountingTask[];
  readonly #processes = new Map<CountingTask, ProcessIdentity>();

  private constructor(cluster: FailoverCluster, framework: Framework, tasks: CountingTask[]) {
    this.#cluster = cluster;
    this.#framework = framework;
    this.#tasks = tasks;
  }

  /** Resolves when all of the tasks run. */
  static async of(
    cluster: FailoverCluster,
    framework: Framework,
    tasks: readonly CountingTask[],
  ): Promise<Witness> {
    const witness = new Witness(cluster, framework, [...tasks]);
    await witness.allRunning();
    for (const task of tasks) {
      const identity = task.process();
      assert.ok(identity, `${task.id} has a process`);
      witness.#processes.set(task, identity);
    }
    return witness;
  }

  /** From now on nobody expects this one to run. */
  forget(task: CountingTask): void {
    this.#tasks.splice(this.#tasks.indexOf(task), 1);
    this.#processes.delete(task);
  }

  /** Throws unless everything is, soon, as if nothing had happened. */
  async nothingLost(): Promise<void> {
    const counts = new Map(this.#tasks.map((task) => [task, task.count()]));
    await this.allRunning();
    for (const [task, before] of this.#processes) {
      assert.deepEqual(task.process(), before, `${task.id} is the same process`);
      assert.ok(task.isRunning(), `${task.id} runs`);
    }
    await eventually(
      "every task to count on",
      () =>
        this.#tasks.every((task) => task.count() > (counts.get(task) ?? 0)) ? true : undefined,
      patience,
    );
    for (const { id } of this.#tasks) {
      const end = this.#framework.updates(id).find(({ state }) => isTerminal(state));
      assert.equal(end, undefined, `${id} was reported ended`);
    }
    await this.#booksAgree();
  }

  /**
   * Ends every task with a code of its own and waits until the framework was told, exactly once, and
   * nothing is in use but `cpusOfExecutors` of custom executors, which wait for more tasks.
   */
  async endsAreTold(cpusOfExecutors = 0): Promise<void> {
    for (const [index, task] of this.#tasks.entries()) task.end(index % 2);
    await eventually(
      "every end to be told",
      () =>
        this.#tasks.every(({ id }) => isTerminal(this.#framework.state(id) ?? "TASK_UNKNOWN"))
          ? true
          : undefined,
      patience,
    );
    for (const [index, { id }] of this.#tasks.entries()) {
      const ends = this.#framework.updates(id).filter(({ state }) => isTerminal(state));
      const custom = this.#framework.updates(id)[0]?.state !== "TASK_STARTING";
      const expected = index % 2 === 0 || custom ? "TASK_FINISHED" : "TASK_FAILED";
      assert.deepEqual([...new Set(ends.map(({ state }) => state))], [expected], id);
      assert.equal(new Set(ends.map(({ uuid }) => uuid ?? "")).size, 1, `${id} ended once`);
    }
    await eventually(
      "no resource of a task to be in use",
      async () => {
        const { slaves } = await this.#cluster.state();
        const cpus = slaves.reduce((sum, { used_resources }) => sum + used_resources.cpus, 0);
        if (Math.abs(cpus - cpusOfExecutors) < 0.001) return true;
        throw new Error(`${cpus} cpus are in use; wanted ${cpusOfExecutors}`);
      },
      patience,
    );
  }

  /** Resolves when each runs and the framework was told so last. */
  async allRunning(): Promise<void> {
    await eventually(
      "the framework to know that its tasks run",
      () => {
        const others = this.#tasks.filter(({ id }) => this.#framework.state(id) !== "TASK_RUNNING");
        if (others.length === 0) return true;
        throw new Error(
          others.map(({ id }) => `${id}: ${this.#framework.state(id) ?? "not told"}`).join(", "),
        );
      },
      patience,
    );
  }

  async #booksAgree(): Promise<void> {
    const expected = this.#tasks.map(({ id }) => `${id} TASK_RUNNING`).sort();
    await eventually(
      "the leader's books to have the same tasks",
      async () => {
        const { frameworks } = await this.#cluster.state();
        const tasks = frameworks
          .filter(({ name }) => name === this.#framework.name)
          .flatMap(({ tasks }) => tasks);
        const told = tasks.map(({ id, state }) => `${id} ${state}`).sort();
        if (told.join() === expected.join()) return true;
        throw new Error(`it has ${told.join(", ")}; wanted ${expected.join(", ")}`);
      },
      patience,
    );
  }
}

/** A new leader, agents that come back with back-off, a framework that reconciles; all on a busy machine. */
const patience = { boundMs: 40_000, intervalMs: 50 } as const;

/** Of the process whose command line has all of these words in it. */
export function pidOf(...words: readonly string[]): number {
  const found = readProcesses().filter(({ pid, state }) => {
    if (state === "Z") return false;
    const line = commandLineOf(pid);
    return words.every((word) => line.includes(word));
  });
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`${found.length} processes have ${words.join(" and ")} in their command line`);
  }
  return only.pid;
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
