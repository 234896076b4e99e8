/**
 * What stands behind a front door is killed under load: the daemons of a cluster, one after the other, and
 * the store of discovery. Tasks run on, so every request could have been served, and was.
 */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Cluster, eventually, runProcess, startCluster, tavolaCommand } from "@tavola/harness";
import { readProcesses } from "@tavola/host";
import { findEtcd, startEtcd } from "@tavola/test-servers";
import { type Asking, keepAsking } from "../frontdoor/asking.ts";
import { bound, openWorld, skipGit, skipHaproxy } from "../frontdoor/world.ts";

const [program = "", ...entry] = tavolaCommand;

/** Answers; a word tells its processes from those of other tests. */
const serverCode =
  "require('node:http').createServer((_, answer) => answer.end('clock')).listen(process.env.PORT0, '127.0.0.1')";

/** Servers listen at these ports, so they are those of no other cluster that is tested at the same time. */
const firstPort = 30_000 + (process.pid % 200) * 10;

function askers(context: TestContext, ...urls: readonly string[]): readonly Asking[] {
  return Array.from({ length: 4 }, () => keepAsking(context, ...urls));
}

/** Each of them has got some more answers. */
async function goOn(asking: readonly Asking[], body: string): Promise<void> {
  const before = asking.map(({ answers }) => answers.get(body) ?? 0);
  const isSo = (): boolean =>
    asking.every(({ answers }, at) => (answers.get(body) ?? 0) > (before[at] ?? 0) + 20);
  await eventually("every client to be answered", () => (isSo() ? true : undefined), bound);
}

async function failuresOf(asking: readonly Asking[]): Promise<readonly string[]> {
  await Promise.all(asking.map((each) => each.stop()));
  return asking.flatMap(({ failures }) => failures);
}

async function announcedOf(discovery: string, service: string): Promise<number> {
  const answer = await fetch(`${discovery}/services/${service}`);
  const { instances } = (await answer.json()) as { readonly instances: readonly unknown[] };
  return instances.length;
}

async function deployClock(cluster: Cluster, word: string): Promise<void> {
  const file = {
    request: { id: "clock", requestType: "SERVICE", instances: 2 },
    deploy: {
      command: `exec ${process.execPath} -e "${serverCode}" ${word}`,
      resources: { cpus: 0.05, memoryMb: 64, numPorts: 1 },
      healthcheck: { uri: "/", startupIntervalSeconds: 1 },
    },
  };
  const { code, stderr } = await runProcess(program, [...entry, "deploy", "-"], {
    environment: { TAVOLA_SCHEDULER: cluster.scheduler ?? "" },
    input: JSON.stringify(file),
    timeoutMs: 60_000,
  });
  assert.equal(code, 0, stderr);
  const isAnnounced = async () =>
    (await announcedOf(cluster.discovery ?? "", "clock")) === 2 ? true : undefined;
  await eventually("both instances to be announced", isAnnounced, bound);
}

function processesOf(word: string): readonly number[] {
  return readProcesses()
    .filter(({ pid, state }) => state !== "Z" && wordsOf(pid).includes(word))
    .filter(({ pid }) => wordsOf(pid)[0] === process.execPath)
    .map(({ pid }) => pid);
}

function wordsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // It has just ended.
  }
}

for (const dataPlane of ["in-process", "haproxy"]) {
  test(`${dataPlane}: scheduler, discovery, master, agent and a task are killed, and no request fails`, {
    skip: dataPlane === "haproxy" && skipHaproxy,
  }, async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "tavola-frontdoor-cluster-"));
    context.after(() => rmSync(folder, { recursive: true, force: true }));
    const rules = join(folder, "frontdoor.rules");
    writeFileSync(rules, "REQUEST_URI=/clock* passthru clock\n");
    const cluster = await startCluster({
      agents: 1,
      schedulers: 1,
      discoveries: 1,
      frontdoorRules: rules,
      arguments: [
        `--agent.resources=cpus:2;mem:2048;disk:2048;ports:[${firstPort}-${firstPort + 9}]`,
        `--frontdoor.data_plane=${dataPlane}`,
        "--discovery.lease=20secs",
      ],
    });
    context.after(() => cluster.stop());
    const word = `frontdoor${Math.floor(Math.random() * 1e9)}`;
    await deployClock(cluster, word);
    const asking = askers(context, `${cluster.frontdoor}/clock`);
    await goOn(asking, "clock");
    for (const daemon of ["scheduler", "discovery", "master", "agent-1"]) {
      const pid = cluster.pidOf(daemon) ?? cluster.pidOf(daemon.replace("-1", ""));
      assert.ok(pid !== undefined, `${daemon} runs`);
      process.kill(pid, "SIGKILL");
      await eventually(
        `another ${daemon}`,
        () => {
          const now = cluster.pidOf(daemon) ?? cluster.pidOf(daemon.replace("-1", ""));
          return now !== undefined && now !== pid ? true : undefined;
        },
        bound,
      );
      await goOn(asking, "clock");
    }
    const [killed] = processesOf(word);
    process.kill(killed ?? 0, "SIGKILL");
    await eventually(
      "another task in its place",
      async () => {
        const now = processesOf(word);
        const isReplaced = now.length === 2 && !now.includes(killed ?? 0);
        return isReplaced && (await announcedOf(cluster.discovery ?? "", "clock")) === 2
          ? true
          : undefined;
      },
      bound,
    );
    await goOn(asking, "clock");
    assert.deepEqual(await failuresOf(asking), []);
  });
}

test("discovery's store is killed: front doors serve on, and one that starts meanwhile serves, too", {
  skip: skipGit || (findEtcd().error ?? false),
}, async (context) => {
  const store = await startEtcd();
  context.after(() => store.close());
  const world = await openWorld(context, "in-process", [
    `--store=${store.url("/tavola")}`,
    "--store_session_timeout=4secs",
    "--lease=10secs",
  ]);
  world.repository.push("passthru a\n");
  const first = await world.startFrontdoor({ name: "first" });
  const second = await world.startFrontdoor({ name: "second" });
  const asking = askers(context, first.url, second.url);
  await goOn(asking, "a");
  await store.servers[0]?.kill();
  const staleSeconds = async (): Promise<number> => {
    const answer = await fetch(`${world.discovery.url}/services/a`);
    return Number(answer.headers.get("x-tavola-stale") ?? 0);
  };
  await eventually(
    "the store to be away for longer than a lease",
    async () => ((await staleSeconds()) > 12 ? true : undefined),
    bound,
  );
  await first.end("SIGKILL");
  const again = await world.startFrontdoor({ name: "first", port: new URL(first.url).port });
  await second.end("SIGKILL");
  await goOn(asking, "a");
  await store.servers[0]?.restart();
  await store.untilServing();
  await eventually(
    "the store to be back",
    async () => ((await staleSeconds()) === 0 ? true : undefined),
    bound,
  );
  await goOn(asking, "a");
  assert.deepEqual(await failuresOf(asking), []);
  await again.end("SIGTERM");
});
