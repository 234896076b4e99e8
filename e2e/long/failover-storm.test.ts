/**
 * Faults drawn by lot, two or three at a time, while tasks come and go: after each round everything
 * must be as if nothing had happened. The seed is printed; `SEED=n` draws the same again, though real
 * processes never run the same way twice. (needs root and ZooKeeper)
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { randomInt, seededRandom, shuffle } from "@tavola/base";
import { eventually } from "@tavola/harness";
import { FailoverCluster, type MasterPlace, whyNoFailover } from "../failover/cluster.ts";
import type { Framework } from "../failover/framework.ts";
import type { CountingTask } from "../failover/tasks.ts";
import { pidOf, Witness } from "../failover/witness.ts";

const why = whyNoFailover();
const rounds = 12;
const seed = Number(process.env["SEED"] ?? process.pid);
const patience = { boundMs: 60_000, intervalMs: 100 } as const;

interface Fault {
  readonly name: string;
  readonly begin: () => Promise<void> | void;
  /** Mends it, as far as a person or a supervisor would. */
  readonly end: () => Promise<void> | void;
}

describe("a storm (needs root and ZooKeeper)", () => {
  const random = seededRandom(seed);
  let cluster: FailoverCluster;
  let framework: Framework;
  let tasks: readonly CountingTask[];
  let witness: Witness;

  before(async () => {
    if (why !== undefined) return;
    cluster = await FailoverCluster.start({
      agents: 3,
      masterFlags: ["--agent_ping_timeout=1secs", "--max_agent_ping_timeouts=3"],
      agentFlags: ["--recovery_timeout=5mins"],
    });
    const wanted = Array.from({ length: rounds + 6 }, (_, at) => ({
      id: `task-${at}`,
      agent: `a${1 + (at % 3)}`,
    }));
    ({ framework, tasks } = await cluster.framework("f1", wanted));
    witness = await Witness.of(cluster, framework, tasks);
  });
  after(async () => {
    if (why === undefined) await cluster.close();
  });

  const one = <T>(items: readonly T[]): T => items[randomInt(random, items.length)] as T;

  const masterFaults = (leader: MasterPlace): Fault[] => {
    const other = one(cluster.masters.filter((each) => each !== leader));
    const killed = (name: string, master: MasterPlace): Fault => ({
      name: `${name} is killed`,
      begin: () => master.daemon.kill(),
      end: () => cluster.restartMaster(master),
    });
    return [
      killed("the leader", leader),
      killed("another master", other),
      {
        name: "the leader stands still",
        begin: () => leader.daemon.signal("SIGSTOP"),
        end: () => leader.daemon.signal("SIGCONT"),
      },
      {
        name: "the leader is cut off from ZooKeeper",
        begin: () => cluster.network.isolate(leader.host, cluster.storeHosts),
        end: () => cluster.network.heal(),
      },
      {
        name: "the leader is heard by nobody",
        begin: async () => {
          const agents = cluster.agents.map(({ host }) => host);
          for (const to of [...cluster.storeHosts, ...agents, framework.daemon.host]) {
            await cluster.network.cut(leader.host, to);
          }
        },
        end: () => cluster.network.heal(),
      },
    ];
  };

  const otherFaults = (): Fault[] => {
    const agent = one(cluster.agents);
    const server = one(cluster.store.servers);
    const masters = cluster.masters.map(({ host }) => host);
    const away = (name: string, begin: () => Promise<void>): Fault => ({
      name,
      begin,
      end: () => cluster.network.heal(),
    });
    return [
      {
        name: `${agent.host.name} is killed`,
        begin: () => agent.kill(),
        end: () => agent.restart(),
      },
      {
        name: `the executor host of ${agent.host.name} is killed`,
        begin: () => {
          process.kill(pidOf("executor-host", `${cluster.folder}/${agent.host.name}/`), "SIGKILL");
        },
        end: () => undefined,
      },
      away(`${agent.host.name} is cut off from the masters`, () =>
        cluster.network.isolate(agent.host, masters),
      ),
      away("the framework is cut off from the masters", () =>
        cluster.network.isolate(framework.daemon.host, masters),
      ),
      {
        name: "the framework is killed",
        begin: () => framework.daemon.kill(),
        end: () => framework.daemon.restart(),
      },
      {
        name: "a ZooKeeper server is killed",
        begin: () => server.kill(),
        end: async () => {
          await server.restart();
          await cluster.store.untilServing();
        },
      },
    ];
  };

  test(`${rounds} rounds, seed ${seed}`, async (context) => {
    if (why !== undefined) return context.skip(why);
    for (let round = 0; round < rounds; round += 1) {
      const leader = await eventually("a leader", () => cluster.leader(), patience);
      const others = shuffle(random, otherFaults()).slice(0, 1 + randomInt(random, 2));
      const faults = [one(masterFaults(leader)), ...others].slice(randomInt(random, 2));
      const ended = tasks[round];
      assert.ok(ended);
      const told = `round ${round}: ${faults.map(({ name }) => name).join("; ")}`;
      context.diagnostic(told);
      try {
        for (const fault of faults) await fault.begin();
        await endsNow(ended);
        // For shorter or longer than a session.
        await new Promise((resolve) => setTimeout(resolve, randomInt(random, 7_000)));
        for (const fault of faults) await fault.end();
        await cluster.agentsRegistered();
        await eventually(
          `the end of ${ended.id} to be told`,
          () => (framework.state(ended.id) === "TASK_FINISHED" ? true : undefined),
          patience,
        );
        await witness.nothingLost();
      } catch (error) {
        context.diagnostic(cluster.logs());
        context.diagnostic(JSON.stringify(framework.journal(), undefined, 1));
        throw new Error(`${told}, seed ${seed}`, { cause: error });
      }
    }
    await witness.endsAreTold();
  });

  async function endsNow(task: CountingTask): Promise<void> {
    witness.forget(task);
    task.end(0);
    await eventually(`${task.id} to end`, () => (task.isRunning() ? undefined : true), patience);
  }
});
