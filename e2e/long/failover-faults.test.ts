/**
 * The slower half of `e2e/failover.test.ts`: processes that stand still, ways that are cut, and two
 * deaths at a time, on real processes in network namespaces. (needs root and ZooKeeper)
 */

import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { eventually } from "@tavola/harness";
import { FailoverCluster, type MasterPlace, whyNoFailover } from "../failover/cluster.ts";
import type { Framework } from "../failover/framework.ts";
import { LeaderWatch } from "../failover/leader-watch.ts";
import type { NetworkHost } from "../failover/network.ts";
import { type Scenario, scenariosOn } from "../failover/scenario.ts";
import type { CountingTask } from "../failover/tasks.ts";
import { pidOf, Witness } from "../failover/witness.ts";

const why = whyNoFailover();
const patience = { boundMs: 60_000, intervalMs: 100 } as const;

describe("real faults (needs root and ZooKeeper)", () => {
  let cluster: FailoverCluster;
  let framework: Framework;
  let frameworkHost: NetworkHost;
  let tasks: readonly CountingTask[];
  let witness: Witness;

  before(async () => {
    if (why !== undefined) return;
    cluster = await FailoverCluster.start({
      masterFlags: ["--agent_ping_timeout=1secs", "--max_agent_ping_timeouts=3"],
      agentFlags: ["--recovery_timeout=2mins"],
    });
    ({ framework, tasks } = await cluster.framework("f1", [
      { id: "one-1", agent: "a1" },
      { id: "one-2", agent: "a1" },
      { id: "one-3", agent: "a1" },
      { id: "two-1", agent: "a2" },
      { id: "two-2", agent: "a2" },
      { id: "two-custom", agent: "a2", executor: "custom" },
    ]));
    frameworkHost = framework.daemon.host;
    witness = await Witness.of(cluster, framework, tasks);
  });
  after(async () => {
    if (why === undefined) await cluster.close();
  });

  const onCluster = scenariosOn({
    why,
    cluster: () => cluster,
    framework: () => framework,
    afterEach: () => cluster.network.heal(),
  });
  /** Watched from outside: at most one master leads. */
  const scenario: Scenario = (title, run) => {
    onCluster(title, async (context) => {
      const leaders = new LeaderWatch(cluster.masters);
      try {
        await run(context);
        assert.ok((await leaders.end()) > 0, "a leader was seen");
      } finally {
        await leaders.end().catch(() => undefined);
      }
    });
  };

  const everyone = (): readonly NetworkHost[] => [
    ...cluster.storeHosts,
    ...cluster.masters.map(({ host }) => host),
    ...cluster.agents.map(({ host }) => host),
    frameworkHost,
  ];
  const masterHosts = (): readonly NetworkHost[] => cluster.masters.map(({ host }) => host);
  const untilUnreachable = (count: number): Promise<boolean> =>
    eventually(
      `${count} agents to be unreachable`,
      async () => ((await cluster.state()).unreachable_slaves === count ? true : undefined),
      patience,
    );
  /** The master as it was when it led is over: it ended, and was started again. */
  const untilStartedAgain = (master: MasterPlace, pid: number): Promise<boolean> =>
    eventually(
      `${master.host.name} to have ended and been started again`,
      () => (master.daemon.isRunning && master.daemon.pid !== pid ? true : undefined),
      patience,
    );

  scenario("a leader stands still for longer than its session, and goes on", async () => {
    const leader = await cluster.leader();
    const { pid } = leader.daemon;
    leader.daemon.signal("SIGSTOP");
    await cluster.nextLeader(leader);
    await cluster.agentsRegistered();
    await witness.nothingLost();
    leader.daemon.signal("SIGCONT");
    await untilStartedAgain(leader, pid);
    assert.notEqual(await cluster.leader(), leader);
    await witness.nothingLost();
  });

  scenario("a leader is cut off from ZooKeeper only: it stops leading, another does", async () => {
    const leader = await cluster.leader();
    const { pid } = leader.daemon;
    await cluster.network.isolate(leader.host, cluster.storeHosts);
    await cluster.nextLeader(leader);
    await untilStartedAgain(leader, pid);
    await witness.nothingLost();
    await cluster.network.heal();
    await witness.nothingLost();
  });

  scenario("a leader is cut off from everybody", async () => {
    const leader = await cluster.leader();
    const { pid } = leader.daemon;
    await cluster.network.isolate(leader.host, everyone());
    await cluster.nextLeader(leader);
    await cluster.agentsRegistered();
    await witness.nothingLost();
    await untilStartedAgain(leader, pid);
    await cluster.network.heal();
    await witness.nothingLost();
  });

  scenario(
    "an agent is cut off from the masters for longer than they wait, and returns",
    async () => {
      const [agent] = cluster.agents;
      assert.ok(agent);
      for (const host of masterHosts()) await cluster.network.isolate(agent.host, [host]);
      await untilUnreachable(1);
      const away = tasks.filter(({ id }) => id.startsWith("one-"));
      await eventually(
        "its tasks to be told unreachable",
        () =>
          away.every(({ id }) => framework.state(id) === "TASK_UNREACHABLE") ? true : undefined,
        patience,
      );
      assert.ok(
        away.every((task) => task.isRunning()),
        "they run all the same",
      );
      await cluster.network.heal();
      await cluster.agentsRegistered();
      await witness.nothingLost();
    },
  );

  scenario(
    "a framework that knows of no partitions is told LOST, and then that it runs",
    async () => {
      const { framework: old, tasks } = await cluster.framework(
        "f2",
        [{ id: "old-1", agent: "a2" }],
        {
          isPartitionAware: false,
        },
      );
      const [task] = tasks;
      const [, agent] = cluster.agents;
      assert.ok(task && agent);
      const untilTold = (state: string): Promise<boolean> =>
        eventually(
          `the old framework to be told ${state}`,
          () => (old.state(task.id) === state ? true : undefined),
          patience,
        );
      await untilTold("TASK_RUNNING");
      const before = task.process();
      for (const host of masterHosts()) await cluster.network.isolate(agent.host, [host]);
      await untilTold("TASK_LOST");
      assert.equal(old.updates(task.id).at(-1)?.reason, "REASON_AGENT_REMOVED");
      await cluster.network.heal();
      await untilTold("TASK_RUNNING");
      assert.deepEqual(task.process(), before, "the same process");
      assert.ok(task.isRunning());
      task.end(0);
      await untilTold("TASK_FINISHED");
      await witness.nothingLost();
      await old.daemon.kill();
    },
  );

  scenario("an agent stands still for longer than the masters wait, and goes on", async () => {
    const [agent] = cluster.agents;
    assert.ok(agent);
    agent.signal("SIGSTOP");
    await untilUnreachable(1);
    agent.signal("SIGCONT");
    await cluster.agentsRegistered();
    await witness.nothingLost();
  });

  scenario(
    "the leader and an agent are killed amid launches: each has one truth",
    async (context) => {
      const ids = Array.from({ length: 40 }, (_, at) => `amid-${at}`);
      const { framework: busy, tasks: many } = await cluster.framework(
        "f3",
        ids.map((id) => ({ id })),
        { launchesPerOffer: 3 },
      );
      const launches = (): number =>
        busy.journal().filter(({ kind }) => kind === "launched").length;
      await eventually("some launches", () => (launches() >= 6 ? true : undefined), patience);
      const [agent] = cluster.agents;
      const leader = await cluster.leader();
      await Promise.all([leader.daemon.kill(), agent?.kill()]);
      await agent?.restart();
      await cluster.nextLeader(leader);
      await cluster.restartMaster(leader);
      const settled = ["TASK_RUNNING", "TASK_DROPPED", "TASK_LOST", "TASK_UNKNOWN", "TASK_GONE"];
      await eventually(
        "every launch to be settled",
        () => {
          const open = ids.filter((id) => !settled.includes(busy.state(id) ?? ""));
          if (open.length === 0) return true;
          throw new Error(open.map((id) => `${id}: ${busy.state(id) ?? "not told"}`).join(", "));
        },
        patience,
      );
      const states = new Map<string, number>();
      for (const task of many) {
        const state = busy.state(task.id) ?? "";
        states.set(state, (states.get(state) ?? 0) + 1);
        assert.ok(task.pids().length <= 1, `${task.id} was started once at most`);
        assert.equal(task.isRunning(), state === "TASK_RUNNING", `${task.id} is ${state}`);
      }
      context.diagnostic([...states].map(([state, count]) => `${count} ${state}`).join(", "));
      for (const task of many) task.end(0);
      await eventually(
        "the ends to be told",
        () => (ids.some((id) => busy.state(id) === "TASK_RUNNING") ? undefined : true),
        patience,
      );
      await busy.daemon.kill();
      await witness.nothingLost();
    },
  );

  scenario("agent and executor host are dead while tasks end: each exact end is told", async () => {
    const { framework: other, tasks } = await cluster.framework("f4", [
      { id: "ends", agent: "a1" },
      { id: "is-killed", agent: "a1" },
      { id: "loses-its-executor", agent: "a1", executor: "mortal" },
      { id: "goes-on", agent: "a1" },
    ]);
    const [ending, killed, custom, remaining] = tasks as [
      CountingTask,
      CountingTask,
      CountingTask,
      CountingTask,
    ];
    const runs = await Witness.of(cluster, other, tasks);
    const [agent] = cluster.agents;
    assert.ok(agent);
    await agent.kill();
    process.kill(pidOf("executor-host", `${cluster.folder}/a1/`), "SIGKILL");
    ending.end(42);
    for (const { id, pids } of [killed, custom].map((task) => ({
      id: task.id,
      pids: task.pids(),
    }))) {
      assert.ok(pids[0], id);
      process.kill(pids[0], "SIGKILL");
    }
    const dead = [ending, killed, custom];
    await eventually(
      "them to end",
      () => (dead.some((task) => task.isRunning()) ? undefined : true),
      patience,
    );
    for (const task of dead) runs.forget(task);
    await agent.restart();
    await cluster.agentsRegistered();
    await eventually(
      "their ends to be told",
      () => (dead.every(({ id }) => other.state(id) === "TASK_FAILED") ? true : undefined),
      patience,
    );
    const said = (task: CountingTask): string => other.updates(task.id).at(-1)?.message ?? "";
    assert.match(said(ending), /exited with status 42/);
    assert.match(said(killed), /signal Killed/);
    assert.equal(other.updates(custom.id).at(-1)?.reason, "REASON_EXECUTOR_TERMINATED");
    await runs.nothingLost();
    remaining.end(0);
    await eventually(
      "the last end to be told",
      () => (other.state(remaining.id) === "TASK_FINISHED" ? true : undefined),
      patience,
    );
    await other.daemon.kill();
    await witness.nothingLost();
  });

  scenario("a framework stays away longer than it said: its tasks end, nobody else's", async () => {
    const { framework: away, tasks } = await cluster.framework("f5", [{ id: "orphan" }], {
      failoverTimeoutSeconds: 2,
    });
    const [orphan] = tasks;
    assert.ok(orphan);
    await eventually(
      "its task to run",
      () => (away.state(orphan.id) === "TASK_RUNNING" ? true : undefined),
      patience,
    );
    await away.daemon.kill();
    await eventually("its task to end", () => (orphan.isRunning() ? undefined : true), patience);
    await eventually(
      "its end to be in the books",
      async () => {
        const { frameworks } = await cluster.state();
        return frameworks.some(({ name }) => name === "f5") ? undefined : true;
      },
      patience,
    );
    await witness.nothingLost();
  });

  scenario("an agent hears the masters, who do not hear it", async () => {
    const [, agent] = cluster.agents;
    assert.ok(agent);
    for (const host of masterHosts()) await cluster.network.cut(agent.host, host);
    await untilUnreachable(1);
    await cluster.network.heal();
    await cluster.agentsRegistered();
    await witness.nothingLost();
  });

  scenario("the framework is cut off, misses an end, and is told of it", async () => {
    const missed = tasks.find(({ id }) => id === "one-3");
    assert.ok(missed);
    await cluster.network.isolate(frameworkHost, everyone());
    missed.end(7);
    await eventually("the task to end", () => (missed.isRunning() ? undefined : true), patience);
    witness.forget(missed);
    await cluster.network.heal();
    await eventually(
      "its end to be told",
      () => (framework.state(missed.id) === "TASK_FAILED" ? true : undefined),
      patience,
    );
    await witness.nothingLost();
  });

  scenario("the leader and an agent die together, and a task ends meanwhile", async () => {
    const leader = await cluster.leader();
    const [, agent] = cluster.agents;
    const ended = tasks.find(({ id }) => id === "two-2");
    assert.ok(agent && ended);
    await Promise.all([leader.daemon.kill(), agent.kill()]);
    ended.end(0);
    await eventually("the task to end", () => (ended.isRunning() ? undefined : true), patience);
    witness.forget(ended);
    await agent.restart();
    await cluster.nextLeader(leader);
    await cluster.agentsRegistered();
    await eventually(
      "its end to be told",
      () => (framework.state(ended.id) === "TASK_FINISHED" ? true : undefined),
      patience,
    );
    await cluster.restartMaster(leader);
    await witness.nothingLost();
  });

  scenario("the leader, the framework and ZooKeeper's leader die together", async () => {
    const leader = await cluster.leader();
    const [, , server] = cluster.store.servers;
    await Promise.all([leader.daemon.kill(), framework.daemon.kill(), server?.kill()]);
    await framework.daemon.restart();
    await cluster.nextLeader(leader);
    await cluster.agentsRegistered();
    await witness.nothingLost();
    await server?.restart();
    await cluster.restartMaster(leader);
    await cluster.store.untilServing();
    await witness.nothingLost();
  });

  scenario("all of ZooKeeper is away for longer than a session, and comes back", async () => {
    await Promise.all(cluster.store.servers.map((server) => server.kill()));
    await eventually(
      "nobody to lead",
      async () => {
        try {
          await cluster.leader();
          return undefined;
        } catch {
          return true;
        }
      },
      patience,
    );
    assert.ok(
      tasks.filter(({ id }) => !["one-3", "two-2"].includes(id)).every((t) => t.isRunning()),
    );
    await Promise.all(cluster.store.servers.map((server) => server.restart()));
    await cluster.store.untilServing();
    await eventually("a leader", () => cluster.leader(), patience);
    await cluster.agentsRegistered();
    await witness.nothingLost();
  });

  scenario("after all that, every end is told once, and every resource is free", async () => {
    await witness.endsAreTold(0.1);
  });
});
