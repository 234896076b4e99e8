import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import {
  askZooKeeper,
  type Ensemble,
  findEtcd,
  findPostgres,
  findZooKeeper,
  startEtcd,
  startPostgres,
  startZooKeeper,
} from "./index.ts";

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/stat`);
}

async function breaksAndMends(ensemble: Ensemble): Promise<void> {
  const [first] = ensemble.servers;
  assert.ok(first);
  const pids = ensemble.servers.map(({ pid }) => pid);
  try {
    assert.equal(new Set(pids.filter(isAlive)).size, 3);
    await first.kill();
    assert.equal(isAlive(pids[0] ?? 0), false);
    assert.equal(first.isRunning, false);
    await first.restart();
    await ensemble.untilServing();
    assert.notEqual(first.pid, pids[0]);
  } finally {
    await ensemble.close();
  }
  for (const { pid } of ensemble.servers) assert.equal(isAlive(pid), false, `${pid} is left`);
}

const zooKeeper = { skip: findZooKeeper().error ?? false, timeout: 60_000 };
const etcd = { skip: findEtcd().error ?? false, timeout: 60_000 };

test(
  "startZooKeeper() brings up three that elected a leader, breaks and mends one",
  zooKeeper,
  async () => {
    const ensemble = await startZooKeeper({ count: 3 });
    const modes = await Promise.all(
      ensemble.servers.map(async ({ address, port }) => {
        const answer = await askZooKeeper(address, port, "srvr");
        return /Mode: (\w+)/.exec(answer)?.[1];
      }),
    );
    assert.deepEqual(modes.toSorted(), ["follower", "follower", "leader"]);
    await breaksAndMends(ensemble);
  },
);

test("startEtcd() brings up three members, breaks and mends one", etcd, async () => {
  await breaksAndMends(await startEtcd({ count: 3 }));
});

test(
  "startEtcd() that cannot start rejects with what etcd said, and leaves nothing",
  etcd,
  async () => {
    await assert.rejects(startEtcd({ flags: ["--no-such-flag=1"] }), /etcd ended .*no-such-flag/s);
  },
);

const postgres = { skip: findPostgres().error ?? false, timeout: 60_000 };

test(
  "startPostgres() brings one up, which serves again after a kill, and is gone at the end",
  postgres,
  async () => {
    const running = await startPostgres();
    const { server } = running;
    const first = server.pid;
    try {
      assert.ok(isAlive(first));
      await server.kill();
      assert.equal(isAlive(first), false);
      await server.restart();
      await running.untilServing();
      assert.notEqual(server.pid, first);
    } finally {
      await running.close();
    }
    assert.equal(isAlive(server.pid), false);
  },
);
