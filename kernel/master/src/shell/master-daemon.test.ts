import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { seededRandom } from "@tavola/base";
import {
  type Coordination,
  createMemoryCoordination,
  masterLabel,
  untilConnected,
} from "@tavola/coordination";
import { createHttpClient, silentLogger, systemClock } from "@tavola/host";
import { startFakeAgent } from "../testing/fake-agent.ts";
import { testFlags } from "../testing/test-master.ts";
import { waitUntil } from "../testing/wait-until.ts";
import { type MasterOptions, type RunningMaster, startMaster } from "./start-master.ts";

/** Masters of one work directory's store, and a client; all of it ended with the test. */
async function openWorld(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "tavola-masters-"));
  const client = createHttpClient();
  const masters: RunningMaster[] = [];
  t.after(async () => {
    for (const master of masters) await master.close();
    await client.close();
    await rm(folder, { recursive: true });
  });
  return {
    folder,
    async start(args: readonly string[], options: Partial<MasterOptions> = {}) {
      const flags = testFlags(join(folder, "work"), args);
      const master = await startMaster({ flags, logger: silentLogger, ...options });
      masters.push(master);
      return master;
    },
    async get(url: string) {
      const answer = await client.request({ method: "GET", url });
      const text = `${Buffer.from(await answer.body())}`;
      return { status: answer.status, location: answer.headers["location"], text };
    },
  };
}

type World = Awaited<ReturnType<typeof openWorld>>;

/** Asks again and again, one question at a time; the test's own bound ends it. */
async function untilAnswered(world: World, url: string, status: number) {
  for (;;) {
    const answer = await world.get(url);
    if (answer.status === status) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function untilLeading(world: World, master: RunningMaster): Promise<void> {
  await untilAnswered(world, `${master.url}/state-summary`, 200);
}

/** Ids of the agents that a new leader expects back, once it has read its registry: it answers before. */
async function untilExpecting(world: World, master: RunningMaster): Promise<readonly string[]> {
  for (;;) {
    const { text } = await untilAnswered(world, `${master.url}/slaves`, 200);
    const { recovered_slaves } = JSON.parse(text) as { recovered_slaves: { id: string }[] };
    if (recovered_slaves.length > 0) return recovered_slaves.map(({ id }) => id);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Simulated, but in real time: clients that a test breaks. */
function memoryStore() {
  const memory = createMemoryCoordination({ clock: systemClock(), random: seededRandom(1) });
  const clients: Coordination[] = [];
  const openStore: MasterOptions["openStore"] = (_, { sessionTimeoutMs }) => {
    const store = memory.connect({ sessionTimeoutMs });
    clients.push(store);
    return store;
  };
  return { memory, clients, openStore };
}

test("an agent that was admitted is expected back by the master of the next start", async (t) => {
  const world = await openWorld(t);
  const first = await world.start([]);
  const agent = await startFakeAgent(first.url);
  const registry = JSON.parse((await world.get(`${first.url}/registrar(1)/registry`)).text);
  assert.equal(registry.slaves.slaves[0].info.id.value, agent.id);
  await agent.close();
  await first.close();
  const second = await world.start([]);
  const { recovered_slaves } = JSON.parse((await world.get(`${second.url}/slaves`)).text);
  assert.deepEqual(
    recovered_slaves.map(({ id }: { id: string }) => id),
    [agent.id],
  );
});

test("a second master stands by, sends everybody to the first, and leads once that is gone", async (t) => {
  const world = await openWorld(t);
  const zk = `--zk=sqlite://${world.folder}/store.db`;
  const first = await world.start([zk]);
  await untilLeading(world, first);
  const second = await world.start([zk]);
  const redirect = await untilAnswered(world, `${second.url}/state`, 307);
  assert.ok(redirect.location?.endsWith(`:${new URL(first.url).port}/state`), redirect.location);
  const { text } = await world.get(`${second.url}/metrics/snapshot`);
  assert.equal(JSON.parse(text)["master/elected"], 0);
  assert.equal((await world.get(`${second.url}/registrar(1)/registry`)).text, "{}");
  const agent = await startFakeAgent(first.url);
  await first.close();
  assert.deepEqual(await untilExpecting(world, second), [agent.id]);
  await agent.close();
});

test("a leader whose session is over ends, says so, and answers nobody any more", async (t) => {
  const world = await openWorld(t);
  const { memory, clients, openStore } = memoryStore();
  const args = ["--zk=zk://a:1/mesos", "--zk_session_timeout=200ms"];
  const first = await world.start(args, { openStore });
  await untilLeading(world, first);
  const second = await world.start(args, { openStore });
  memory.setReachable(clients[0] as Coordination, false);
  const { code, reason } = await first.exited;
  assert.equal(code, 1);
  assert.match(reason, /lost the leadership|may be over/);
  assert.equal((await world.get(`${first.url}/state`)).status, 503);
  await untilLeading(world, second);
});

test("a follower whose session is over stands again", async (t) => {
  const world = await openWorld(t);
  const { memory, clients, openStore } = memoryStore();
  const args = ["--zk=zk://a:1/mesos", "--zk_session_timeout=300ms"];
  const first = await world.start(args, { openStore });
  await untilLeading(world, first);
  const second = await world.start(args, { openStore });
  memory.expire(clients[1] as Coordination);
  await waitUntil(() => clients.length === 3, "another session");
  await first.close();
  await untilLeading(world, second);
});

test("nodes of others under the path disturb nobody; one in a master's place is not followed", async (t) => {
  const world = await openWorld(t);
  const { memory, openStore } = memoryStore();
  const foreign = memory.connect({ sessionTimeoutMs: 10_000 });
  await untilConnected(foreign, 5000);
  await foreign.join("/mesos", "log_replicas_", Buffer.from("?"));
  const member = await foreign.join("/mesos", masterLabel, Buffer.from("not a master"));
  const master = await world.start(["--zk=zk://a:1/mesos"], { openStore });
  assert.equal((await world.get(`${master.url}/state`)).status, 503);
  await foreign.leave("/mesos", member);
  await untilLeading(world, master);
  await foreign.close();
});

test("what stands in the store is a master's introduction as Mesos writes it", async (t) => {
  const world = await openWorld(t);
  const { memory, openStore } = memoryStore();
  const master = await world.start(["--zk=zk://a:1/mesos", "--hostname=m1"], { openStore });
  await untilLeading(world, master);
  const found = memory.entries().find(([path]) => path.startsWith(`/mesos/${masterLabel}`));
  const json = JSON.parse(`${Buffer.from(found?.[1].value ?? [])}`);
  const port = Number(new URL(master.url).port);
  assert.deepEqual(Object.keys(json), [
    ..."address capabilities hostname id ip pid port version".split(" "),
  ]);
  assert.equal(json.pid, `master@127.0.0.1:${port}`);
  assert.deepEqual(json.address, { hostname: "m1", ip: "127.0.0.1", port });
});

test("a store that does not answer is given up, with how long was tried", async (t) => {
  const world = await openWorld(t);
  const starting = world.start(["--zk=zk://127.0.0.1:1/mesos", "--zk_connect_timeout=300ms"]);
  await assert.rejects(starting, { code: "UNAVAILABLE", message: /127\.0\.0\.1:1.*0\.[3-9] s/ });
});

test("a password is in nothing that a master shows", async (t) => {
  const world = await openWorld(t);
  const { openStore } = memoryStore();
  const zk = "zk://user:secret@a:1/mesos";
  const master = await world.start([`--zk=${zk}`], { openStore, flagsShown: { zk } });
  const { text } = await world.get(`${master.url}/flags`);
  assert.match(text, /user@a:1/);
  assert.doesNotMatch(text, /secret/);
});
