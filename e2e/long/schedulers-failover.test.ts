/**
 * Two schedulers on a real ZooKeeper of three servers, with their history in a real PostgreSQL, while one
 * after the other is killed or stands still: what runs goes on, what was asked for is run once, and every
 * end is in history once.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it, after as whenOver } from "node:test";
import { type Cluster, eventually } from "@tavola/harness";
import { anotherLeader, leaderOf, pidOf, untilReplaced, wake } from "../leading-scheduler.ts";
import {
  type SchedulersOnStores,
  startSchedulersOnStores,
  storesMissing,
} from "../schedulers-on-stores.ts";

const patience = { boundMs: 60_000 };

describe("two schedulers on ZooKeeper and PostgreSQL", { skip: storesMissing ?? false }, () => {
  let stores: SchedulersOnStores;
  let cluster: Cluster;
  let jobs: Jobs;

  before(async () => {
    stores = await startSchedulersOnStores();
    ({ cluster } = stores);
    jobs = new Jobs(cluster, join(stores.folder, "book"));
    await jobs.begin();
  });

  whenOver(async () => {
    await stores?.close();
  });

  it("the leader is killed", async () => {
    await jobs.run(5);
    const leader = leaderOf(cluster);
    const services = await jobs.serviceTasks();
    assert.equal(services.length, 3);
    process.kill(pidOf(cluster, leader), "SIGKILL");
    await jobs.run(5);
    await anotherLeader(cluster, leader);
    await jobs.allEnded();
    assert.deepEqual(await jobs.serviceTasks(), services);
  });

  it("the leader stands still for longer than its session, and wakes up", async (t) => {
    const leader = leaderOf(cluster);
    const pid = pidOf(cluster, leader);
    process.kill(pid, "SIGSTOP");
    t.after(() => wake(pid));
    const services = await anotherLeader(cluster, leader).then(() => jobs.serviceTasks());
    await jobs.run(5);
    await untilReplaced(cluster, leader, pid);
    await jobs.run(5);
    await jobs.allEnded();
    assert.deepEqual(await jobs.serviceTasks(), services);
  });

  it("a ZooKeeper server is killed, and comes back", async () => {
    const [first] = stores.zookeeper.servers;
    await first?.kill();
    await jobs.run(5);
    await jobs.allEnded();
    await first?.restart();
    await stores.zookeeper.untilServing();
  });

  it("PostgreSQL is killed: work goes on, and its history is there when it is back", async () => {
    await stores.postgres.server.kill();
    await jobs.run(5);
    await jobs.allEnded();
    await stores.postgres.server.restart();
    await stores.postgres.untilServing();
  });

  it("the leader is killed while PostgreSQL is away", async () => {
    await stores.postgres.server.kill();
    await jobs.run(3);
    const leader = leaderOf(cluster);
    process.kill(pidOf(cluster, leader), "SIGKILL");
    await anotherLeader(cluster, leader);
    await jobs.run(3);
    await jobs.allEnded();
    await stores.postgres.server.restart();
    await stores.postgres.untilServing();
  });

  it("after all that each run was started once, and is in history once", async () => {
    assert.equal((await jobs.serviceTasks()).length, 3);
    await jobs.allInHistory();
  });
});

interface EndedTask {
  readonly taskId: { readonly id: string };
  readonly runId?: string;
  readonly lastTaskState?: string;
}

/** A service of three instances, and a job whose every run writes its id into a book. */
class Jobs {
  readonly #cluster: Cluster;
  readonly #book: string;
  readonly #asked: string[] = [];
  /** Asked for while nobody was sure to have heard. */
  readonly #maybe: string[] = [];

  constructor(cluster: Cluster, book: string) {
    this.#cluster = cluster;
    this.#book = book;
  }

  async begin(): Promise<void> {
    const resources = { cpus: 0.02, memoryMb: 16, numPorts: 0, diskMb: 0 };
    await this.#post("/requests", { id: "steady", requestType: "SERVICE", instances: 3 });
    const steady = { requestId: "steady", id: "v1", command: "exec sleep 3000", resources };
    await this.#post("/deploys", {
      deploy: { ...steady, considerHealthyAfterRunningForSeconds: 0 },
    });
    await this.#post("/requests", { id: "job", requestType: "ON_DEMAND", instances: 20 });
    const command = `echo "$RUN" >> ${this.#book}; sleep 1`;
    await this.#post("/deploys", { deploy: { requestId: "job", id: "v1", command, resources } });
    await eventually(
      "the service to run",
      async () => ((await this.serviceTasks()).length === 3 ? true : undefined),
      patience,
    );
  }

  /** Asks until so many runs are promised. */
  async run(count: number): Promise<void> {
    for (let promised = 0; promised < count; ) {
      const runId = `run-${this.#asked.length + this.#maybe.length}`;
      const body = { runId, envOverrides: { RUN: runId } };
      try {
        await this.#post("/requests/request/job/run", body);
        this.#asked.push(runId);
        promised += 1;
      } catch {
        this.#maybe.push(runId);
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }

  /** Instances of the service that are active, by id. */
  async serviceTasks(): Promise<readonly string[]> {
    const tasks =
      await this.#get<readonly { id: string; requestId: string }[]>("/tasks/active/ids");
    return tasks
      .filter(({ requestId }) => requestId === "steady")
      .map(({ id }) => id)
      .sort();
  }

  /** Every run that was promised has been started, none twice, and no task of the job is left. */
  async allEnded(): Promise<void> {
    await eventually(
      "all runs to be started and ended",
      async () => {
        const started = this.#started();
        if (!this.#asked.every((runId) => started.includes(runId))) return undefined;
        const { pending, active } = await this.#get<{ pending: number; active: number }>(
          "/tasks/counts/request/job",
        );
        return pending === 0 && active === 0 ? true : undefined;
      },
      patience,
    );
    const started = this.#started();
    const twice = started.filter((runId, index) => started.indexOf(runId) !== index);
    assert.deepEqual(twice, [], "started twice");
    const known = new Set([...this.#asked, ...this.#maybe]);
    assert.deepEqual(
      started.filter((runId) => !known.has(runId)),
      [],
    );
  }

  async allInHistory(): Promise<void> {
    await this.allEnded();
    const started = [...this.#started()].sort();
    const tasks = await eventually(
      "all ends to be in history",
      async () => {
        const kept = await this.#get<readonly EndedTask[]>("/history/request/job/tasks?count=1000");
        return kept.length >= started.length ? kept : undefined;
      },
      patience,
    );
    const runIdsOf = (isFinished: boolean) =>
      tasks
        .filter(({ lastTaskState }) => (lastTaskState === "TASK_FINISHED") === isFinished)
        .map(({ runId }) => runId)
        .sort();
    assert.deepEqual(runIdsOf(true), started);
    // What was launched as the leader died may never have reached the agent; it was then run anew.
    for (const { taskId, lastTaskState } of tasks) {
      if (lastTaskState === "TASK_FINISHED") continue;
      const { taskUpdates } = await this.#get<{ taskUpdates: readonly { taskState: string }[] }>(
        `/history/task/${taskId.id}`,
      );
      const states = taskUpdates.map(({ taskState }) => taskState);
      assert.ok(!states.includes("TASK_RUNNING"), `${taskId.id}: ${states}`);
      assert.match(states.at(-1) ?? "", /^TASK_(LOST|DROPPED|GONE|LOST_WHILE_DOWN)$/);
    }
  }

  #started(): readonly string[] {
    try {
      return readFileSync(this.#book, "utf8").split("\n").slice(0, -1);
    } catch {
      return [];
    }
  }

  async #post(path: string, body: unknown): Promise<void> {
    const answer = await fetch(`${this.#cluster.scheduler}/api${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, `${path}: ${text}`);
  }

  #get<T>(path: string): Promise<T> {
    return eventually(
      `an answer from ${path}`,
      async () => {
        const signal = AbortSignal.timeout(10_000);
        const answer = await fetch(`${this.#cluster.scheduler}/api${path}`, { signal });
        if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
        return (await answer.json()) as T;
      },
      patience,
    );
  }
}
