/** Masters that meet in etcd: kills and a partition, on real processes. (needs root and etcd) */

import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { eventually } from "@tavola/harness";
import { FailoverCluster, whyNoFailover } from "../failover/cluster.ts";
import type { Framework } from "../failover/framework.ts";
import { scenariosOn } from "../failover/scenario.ts";
import type { CountingTask } from "../failover/tasks.ts";
import { Witness } from "../failover/witness.ts";

const why = whyNoFailover("etcd");
const patience = { boundMs: 60_000, intervalMs: 100 } as const;

describe("masters that meet in etcd (needs root and etcd)", () => {
  let cluster: FailoverCluster;
  let framework: Framework;
  let tasks: readonly CountingTask[];
  let witness: Witness;

  before(async () => {
    if (why !== undefined) return;
    cluster = await FailoverCluster.start({ store: "etcd" });
    ({ framework, tasks } = await cluster.framework("f1", [
      { id: "one-1", agent: "a1" },
      { id: "two-1", agent: "a2" },
    ]));
    witness = await Witness.of(cluster, framework, tasks);
  });
  after(async () => {
    if (why === undefined) await cluster.close();
  });

  const scenario = scenariosOn({
    why,
    cluster: () => cluster,
    framework: () => framework,
    afterEach: () => cluster.network.heal(),
  });

  scenario("the leader is killed", async (context) => {
    const leader = await cluster.leader();
    const killedAt = performance.now();
    await leader.daemon.kill();
    await cluster.nextLeader(leader);
    context.diagnostic(
      `a new leader ${Math.round(performance.now() - killedAt)} ms after the kill`,
    );
    await cluster.agentsRegistered();
    await witness.nothingLost();
    await cluster.restartMaster(leader);
  });

  scenario("each etcd member is killed in turn: nobody loses anything by it", async () => {
    for (const server of cluster.store.servers) {
      await server.kill();
      await witness.nothingLost();
      await server.restart();
      await cluster.store.untilServing();
    }
  });

  scenario("the leader stands still for longer than its session, and goes on", async () => {
    const leader = await cluster.leader();
    const { pid } = leader.daemon;
    leader.daemon.signal("SIGSTOP");
    await cluster.nextLeader(leader);
    leader.daemon.signal("SIGCONT");
    await eventually(
      "it to have ended and been started again",
      () => (leader.daemon.isRunning && leader.daemon.pid !== pid ? true : undefined),
      patience,
    );
    assert.notEqual(await cluster.leader(), leader);
    await cluster.agentsRegistered();
    await witness.nothingLost();
  });

  scenario("the leader is cut off from etcd only", async () => {
    const leader = await cluster.leader();
    await cluster.network.isolate(leader.host, cluster.storeHosts);
    await cluster.nextLeader(leader);
    await cluster.network.heal();
    await cluster.agentsRegistered();
    await witness.nothingLost();
  });

  scenario("after all that, every end is told once, and every resource is free", async () => {
    await witness.endsAreTold();
  });
});
