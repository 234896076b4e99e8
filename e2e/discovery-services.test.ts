/**
 * Services find each other: what the scheduler runs is announced for as long as it serves, whoever of
 * scheduler and discovery is killed meanwhile.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { type Cluster, eventually, runProcess, startCluster, tavolaCommand } from "@tavola/harness";
import { readProcesses } from "@tavola/host";
import { type CatalogueChange, connectDiscovery, type ServiceWatch } from "@tavola/sdk";

const [program = "", ...entry] = tavolaCommand;
const boundMs = 45_000;

/** Answers with its task's id; a word tells its processes from those of other tests. */
const serverCode =
  "require('node:http').createServer((_, answer) => answer.end(process.env.TASK_ID)).listen(process.env.PORT0, '127.0.0.1')";

/** Servers listen at these ports, so they are those of no other cluster that is tested at the same time. */
const firstPort = 20_000 + (process.pid % 200) * 50;
const resources = `--agent.resources=cpus:2;mem:2048;disk:2048;ports:[${firstPort}-${firstPort + 49}]`;

interface Service {
  readonly cluster: Cluster;
  readonly word: string;
}

interface Announced {
  readonly announcementId: string;
  readonly serviceUri: string;
  readonly feature?: string;
  readonly metadata: { readonly taskId: string; readonly instanceNo: number };
}

async function start(t: TestContext, ...more: readonly string[]): Promise<Service> {
  const cluster = await startCluster({
    agents: 1,
    schedulers: 1,
    discoveries: 1,
    arguments: [resources, ...more],
  });
  t.after(() => cluster.stop());
  return { cluster, word: `e2e${Math.floor(Math.random() * 1e9)}` };
}

/** A watch of the service, and the ids of its announcements that go from now on, as they go. */
async function watchClock(
  t: TestContext,
  cluster: Cluster,
): Promise<{ readonly watch: ServiceWatch; readonly gone: readonly string[] }> {
  const discovery = connectDiscovery({ servers: cluster.discovery ?? "" });
  t.after(() => discovery.close());
  const gone: string[] = [];
  const watch = discovery.subscribe({
    serviceType: "clock",
    onChange: ({ removed }: CatalogueChange) =>
      gone.push(...removed.map(({ announcementId }) => announcementId)),
  });
  await watch.ready;
  return { watch, gone };
}

async function tavola({ cluster }: Service, args: readonly string[], input = "") {
  const environment = {
    TAVOLA_SCHEDULER: cluster.scheduler ?? "",
    TAVOLA_DISCOVERY: cluster.discovery ?? "",
  };
  return runProcess(program, [...entry, ...args], { environment, input, timeoutMs: 60_000 });
}

async function deploy(
  service: Service,
  request: Readonly<Record<string, unknown>>,
  deployed: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const file = {
    request: { id: "clock", requestType: "SERVICE", instances: 2, ...request },
    deploy: {
      command: `exec ${process.execPath} -e "${serverCode}" ${service.word}`,
      resources: { cpus: 0.05, memoryMb: 64, numPorts: 1 },
      healthcheck: { uri: "/", startupIntervalSeconds: 1 },
      ...deployed,
    },
  };
  const { code, stderr } = await tavola(service, ["deploy", "-"], JSON.stringify(file));
  assert.equal(code, 0, stderr);
}

async function announced({ cluster }: Service, type = "clock"): Promise<readonly Announced[]> {
  const answer = await fetch(`${cluster.discovery}/watch?serviceType=${type}`);
  const { updates } = (await answer.json()) as { readonly updates: readonly Announced[] };
  return updates;
}

async function healthyTasks({ cluster }: Service): Promise<readonly string[]> {
  const answer = await fetch(`${cluster.scheduler}/api/requests/request/clock`);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  const { taskIds } = (await answer.json()) as {
    readonly taskIds: { readonly healthy: readonly { readonly id: string }[] };
  };
  return taskIds.healthy.map(({ id }) => id).sort();
}

/** Waits until so many are announced, and they are exactly the healthy ones. */
function untilAnnounced(service: Service, count: number): Promise<readonly Announced[]> {
  return eventually(
    `${count} announced instances`,
    async () => {
      const [known, healthy] = [await announced(service), await healthyTasks(service)];
      const ids = known.map(({ metadata }) => metadata.taskId).sort();
      return ids.length === count && ids.join() === healthy.join() ? known : undefined;
    },
    { boundMs },
  );
}

/** Pid of each task's process, by the task's id. */
function processesOf({ word }: Service): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { pid } of readProcesses()) {
    const words = stringsOf(pid, "cmdline");
    if (!words.includes(word) || words[0] !== process.execPath) continue;
    const id = stringsOf(pid, "environ").find((each) => each.startsWith("TASK_ID="));
    if (id !== undefined) found.set(id.slice("TASK_ID=".length), pid);
  }
  return found;
}

function stringsOf(pid: number, name: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8").split("\0");
  } catch {
    return []; // It has just ended.
  }
}

test("a service is announced, scaled, updated and killed, and the list is right each time", async (t) => {
  const service = await start(t, "--discovery.lease=20secs");
  await deploy(service, { killAfterDrainMillis: 500 });
  const two = await untilAnnounced(service, 2);
  assert.deepEqual(two.map(({ metadata }) => metadata.instanceNo).sort(), [1, 2]);
  for (const { serviceUri, metadata } of two) {
    const answer = await fetch(serviceUri);
    assert.equal(await answer.text(), metadata.taskId);
  }
  const listed = await tavola(service, ["services", "clock"]);
  for (const { serviceUri } of two)
    assert.match(listed.stdout, new RegExp(`clock +${serviceUri} `));

  assert.equal((await tavola(service, ["scale", "clock", "3"])).code, 0);
  const three = await untilAnnounced(service, 3);
  const killed = three[0]?.metadata.taskId ?? "";
  process.kill(processesOf(service).get(killed) ?? 0, "SIGKILL");
  const replaced = await eventually(
    "another in place of the killed one",
    async () => {
      const now = await untilAnnounced(service, 3);
      return now.every(({ metadata }) => metadata.taskId !== killed) ? now : undefined;
    },
    { boundMs },
  );

  const before = new Set(replaced.map(({ announcementId }) => announcementId));
  await deploy(
    service,
    { instances: 3, killAfterDrainMillis: 500 },
    { discovery: { feature: "v2" } },
  );
  const updated = await eventually(
    "only new ones to be announced",
    async () => {
      const now = await untilAnnounced(service, 3);
      return now.some(({ announcementId }) => before.has(announcementId)) ? undefined : now;
    },
    { boundMs },
  );
  assert.deepEqual([...new Set(updated.map(({ feature }) => feature))], ["v2"]);
  assert.equal((await announced(service, "clock:v2")).length, 3);

  assert.equal((await tavola(service, ["pause", "clock"])).code, 0);
  await eventually(
    "nothing to be announced or to run",
    async () =>
      (await announced(service)).length === 0 && processesOf(service).size === 0 ? true : undefined,
    { boundMs },
  );
});

test("whoever goes by discovery meets no failure while a service is updated and scaled down", async (t) => {
  const service = await start(t);
  await deploy(service, { killAfterDrainMillis: 5_000 });
  await untilAnnounced(service, 2);
  const discovery = connectDiscovery({ servers: service.cluster.discovery ?? "" });
  const watch = discovery.subscribe();
  await watch.ready;
  const picker = discovery.picker(watch, "clock", { strategy: "roundRobin" });
  const failures: string[] = [];
  const answeredBy = new Set<string>();
  let isOver = false;
  const load = (async () => {
    while (!isOver) {
      const picked = picker.pick();
      try {
        const answer = await fetch(picked?.uri ?? "", { headers: { connection: "close" } });
        answeredBy.add(await answer.text());
      } catch (error) {
        failures.push(`${picked?.uri}: ${String(error)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  const old = await healthyTasks(service);
  await deploy(service, { killAfterDrainMillis: 5_000 }, { env: { RELEASE: "2" } });
  await eventually(
    "the old ones to end",
    () => (old.some((id) => processesOf(service).has(id)) ? undefined : true),
    { boundMs },
  );
  assert.equal((await tavola(service, ["scale", "clock", "1"])).code, 0);
  await eventually("one to be left", () => (processesOf(service).size === 1 ? true : undefined), {
    boundMs,
  });
  isOver = true;
  await load;
  await discovery.close();
  assert.deepEqual(failures, []);
  assert.equal(answeredBy.size, 4, "two old ones and two new ones answered");
});

test("the scheduler is killed: what runs stays announced under its ids, what ended meanwhile goes", async (t) => {
  const service = await start(t);
  const { cluster } = service;
  await deploy(service, { instances: 3, killAfterDrainMillis: 500 });
  const three = await untilAnnounced(service, 3);
  const { gone } = await watchClock(t, cluster);

  process.kill(cluster.pidOf("scheduler") ?? 0, "SIGKILL");
  const [victim, ...others] = three;
  process.kill(processesOf(service).get(victim?.metadata.taskId ?? "") ?? 0, "SIGKILL");
  const now = await eventually(
    "another leader to have replaced the task that ended",
    async () => {
      const known = await untilAnnounced(service, 3);
      const isReplaced = known.every(
        ({ announcementId }) => announcementId !== victim?.announcementId,
      );
      return isReplaced ? known : undefined;
    },
    { boundMs },
  );
  for (const { announcementId } of others) {
    assert.ok(now.some((each) => each.announcementId === announcementId));
  }
  assert.deepEqual(gone, [victim?.announcementId]);
  const before = await renewals(cluster);
  await eventually(
    "the new leader to renew all of them",
    async () => ((await renewals(cluster)) >= before + 3 ? true : undefined),
    { boundMs },
  );
  assert.deepEqual(gone, [victim?.announcementId]);
});

test("the discovery server is killed: it comes back knowing all, and hears what happened meanwhile", async (t) => {
  const service = await start(t);
  const { cluster } = service;
  await deploy(service, { killAfterDrainMillis: 500 });
  const two = await untilAnnounced(service, 2);
  const { watch, gone } = await watchClock(t, cluster);
  const before = cluster.pidOf("discovery") ?? 0;
  process.kill(before, "SIGKILL");
  assert.equal((await tavola(service, ["scale", "clock", "3"])).code, 0);
  const three = await untilAnnounced(service, 3);
  assert.notEqual(cluster.pidOf("discovery"), before);
  for (const { announcementId } of two) {
    assert.ok(three.some((each) => each.announcementId === announcementId));
  }
  await eventually("the watch to go on", () => (watch.all().length === 3 ? true : undefined), {
    boundMs,
  });
  assert.equal(watch.isStale, false);
  assert.equal(gone.length, 0);

  // A task is killed though nobody can be told that it goes.
  process.kill(cluster.pidOf("discovery") ?? 0, "SIGKILL");
  assert.equal((await tavola(service, ["scale", "clock", "1"])).code, 0);
  const [last] = await untilAnnounced(service, 1);
  await eventually("two to end", () => (processesOf(service).size === 1 ? true : undefined), {
    boundMs,
  });
  await eventually("the watch to hear of both", () => (gone.length === 2 ? true : undefined), {
    boundMs,
  });
  assert.ok(last !== undefined && !gone.includes(last.announcementId));
});

/** How often a server was told what it knew already. */
async function renewals({ discovery }: Cluster): Promise<number> {
  const answer = await fetch(`${discovery}/metrics/snapshot`);
  const metrics = (await answer.json()) as Readonly<Record<string, number>>;
  return metrics["discovery/renewals"] ?? 0;
}
