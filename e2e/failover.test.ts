/**
 * Real kills on a cluster of real processes, each in a network namespace of its own: three ZooKeeper
 * servers, three masters, two agents, a framework. After each: the same tasks, the same processes.
 * (needs root and ZooKeeper; partitions are in `long/`)
 */

import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { eventually } from "@tavola/harness";
import { FailoverCluster, whyNoFailover } from "./failover/cluster.ts";
import type { Framework } from "./failover/framework.ts";
import { scenariosOn } from "./failover/scenario.ts";
import type { CountingTask } from "./failover/tasks.ts";
import { pidOf, Witness } from "./failover/witness.ts";

const why = whyNoFailover();
const newLeaderMsMax = 5_000;

describe("real kills (needs root and ZooKeeper)", () => {
  let cluster: FailoverCluster;
  let framework: Framework;
  let tasks: readonly CountingTask[];
  let witness: Witness;

  before(async () => {
    if (why !== undefined) return;
    cluster = await FailoverCluster.start();
    ({ framework, tasks } = await cluster.framework("f1", [
      { id: "one-1", agent: "a1" },
      { id: "one-2", agent: "a1" },
      { id: "one-3", agent: "a1" },
      { id: "one-custom", agent: "a1", executor: "custom" },
      { id: "two-1", agent: "a2" },
      { id: "two-2", agent: "a2" },
      { id: "two-3", agent: "a2" },
    ]));
    witness = await Witness.of(cluster, framework, tasks);
  });
  after(async () => {
    if (why === undefined) await cluster.close();
  });

  const scenario = scenariosOn({ why, cluster: () => cluster, framework: () => framework });

  const taskOf = (id: string): CountingTask => {
    const task = tasks.find((each) => each.id === id);
    assert.ok(task);
    return task;
  };
  /** Ends it and waits until nobody runs it any more. */
  const ends = async (task: CountingTask, exitCode: number): Promise<void> => {
    task.end(exitCode);
    await eventually(`${task.id} to end`, () => (task.isRunning() ? undefined : true));
    witness.forget(task);
  };
  const untilTold = (id: string, state: string): Promise<boolean> =>
    eventually(
      `the framework to be told ${state} of ${id}`,
      () => (framework.state(id) === state ? true : undefined),
      { boundMs: 20_000 },
    );

  scenario(
    "the leader is killed: another leads, and tells what ended meanwhile",
    async (context) => {
      const leader = await cluster.leader();
      const subscriptions = framework.subscriptions();
      const killedAt = performance.now();
      await leader.daemon.kill();
      await ends(taskOf("two-3"), 0);
      await cluster.nextLeader(leader);
      const tookMs = performance.now() - killedAt;
      context.diagnostic(`a new leader ${Math.round(tookMs)} ms after the kill; session of 4 s`);
      assert.ok(tookMs < newLeaderMsMax + 5_000, "twice the time, for a busy machine");
      await cluster.agentsRegistered();
      await eventually(
        "the framework to subscribe",
        () => (framework.subscriptions() > subscriptions ? true : undefined),
        { boundMs: 30_000 },
      );
      await untilTold("two-3", "TASK_FINISHED");
      await witness.nothingLost();
      await cluster.restartMaster(leader);
    },
  );

  scenario(
    "an agent is killed and started again: it finds its tasks, and the exit status of one that ended",
    async () => {
      const [agent] = cluster.agents;
      assert.ok(agent);
      await agent.kill();
      await ends(taskOf("one-3"), 9);
      await agent.restart();
      await cluster.agentsRegistered();
      await untilTold("one-3", "TASK_FAILED");
      assert.match(framework.updates("one-3").at(-1)?.message ?? "", /exited with status 9/);
      await witness.nothingLost();
    },
  );

  scenario(
    "the framework is killed and started again: it gets to know what it missed",
    async () => {
      const subscriptions = framework.subscriptions();
      await framework.daemon.restart();
      await eventually(
        "it to subscribe",
        () => (framework.subscriptions() > subscriptions ? true : undefined),
        { boundMs: 20_000 },
      );
      await witness.nothingLost();
    },
  );

  scenario("a ZooKeeper server is killed: nobody loses anything by it", async () => {
    const leader = await cluster.leader();
    const subscriptions = framework.subscriptions();
    const [server] = cluster.store.servers;
    await server?.kill();
    await witness.nothingLost();
    await server?.restart();
    await cluster.store.untilServing();
    assert.equal(await cluster.leader(), leader);
    assert.equal(framework.subscriptions(), subscriptions);
    await witness.nothingLost();
  });

  scenario("an agent's executor host is killed: its tasks live on under the next", async () => {
    const host = pidOf("executor-host", `${cluster.folder}/a2/`);
    process.kill(host, "SIGKILL");
    await eventually(
      "another executor host",
      () => (pidOf("executor-host", `${cluster.folder}/a2/`) === host ? undefined : true),
      { boundMs: 20_000 },
    );
    await witness.nothingLost();
  });

  scenario("a custom executor is killed: its task failed, no other", async () => {
    const custom = taskOf("one-custom");
    const [pid] = custom.pids();
    assert.ok(pid);
    process.kill(pid, "SIGKILL");
    await untilTold(custom.id, "TASK_FAILED");
    assert.equal(framework.updates(custom.id).at(-1)?.reason, "REASON_EXECUTOR_TERMINATED");
    witness.forget(custom);
    await witness.nothingLost();
  });

  scenario("a task is killed: the framework is told by what", async () => {
    const task = taskOf("two-2");
    const [pid] = task.pids();
    assert.ok(pid);
    process.kill(pid, "SIGKILL");
    await untilTold(task.id, "TASK_FAILED");
    assert.match(framework.updates(task.id).at(-1)?.message ?? "", /signal/i);
    witness.forget(task);
    await witness.nothingLost();
  });

  scenario("after all that, every end is told once, and every resource is free", async () => {
    await witness.endsAreTold();
  });
});
