/**
 * A service that a cluster of its own runs and announces: two servers that answer with their task's id.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { type Cluster, eventually, runProcess, startCluster, tavolaCommand } from "@tavola/harness";
import { readProcesses } from "@tavola/host";
import { type CatalogueChange, connectDiscovery, type ServiceWatch } from "@tavola/sdk";

const [program = "", ...entry] = tavolaCommand;
export const boundMs = 45_000;

/** Answers with its task's id; a word tells its processes from those of other tests. */
const serverCode =
  "require('node:http').createServer((_, answer) => answer.end(process.env.TASK_ID)).listen(process.env.PORT0, '127.0.0.1')";

/** Servers listen at these ports, so they are those of no other cluster that is tested at the same time. */
const firstPort = 20_000 + (process.pid % 200) * 50;
const resources = `--agent.resources=cpus:2;mem:2048;disk:2048;ports:[${firstPort}-${firstPort + 49}]`;

export interface Service {
  readonly cluster: Cluster;
  readonly word: string;
}

export interface Announced {
  readonly announcementId: string;
  readonly serviceUri: string;
  readonly feature?: string;
  readonly metadata: { readonly taskId: string; readonly instanceNo: number };
}

export async function start(t: TestContext, ...more: readonly string[]): Promise<Service> {
  const cluster = await startCluster({
    agents: 1,
    schedulers: 1,
    discoveries: 1,
    arguments: [resources, ...more],
  });
  t.after(async () => {
    if (!hasPassed(t)) t.diagnostic(cluster.output());
    await cluster.stop();
  });
  return { cluster, word: `e2e${Math.floor(Math.random() * 1e9)}` };
}

/** Asked in a hook that runs after the test; what failed is told with the cluster's log. */
function hasPassed(t: TestContext): boolean {
  // Its types do not have it yet.
  return (t as TestContext & { readonly passed: boolean }).passed;
}

/** A watch of the service, and the ids of its announcements that go from now on, as they go. */
export async function watchClock(
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

export async function tavola({ cluster }: Service, args: readonly string[], input = "") {
  const environment = {
    TAVOLA_SCHEDULER: cluster.scheduler ?? "",
    TAVOLA_DISCOVERY: cluster.discovery ?? "",
  };
  return runProcess(program, [...entry, ...args], { environment, input, timeoutMs: 60_000 });
}

export async function deploy(
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

export async function announced(
  { cluster }: Service,
  type = "clock",
): Promise<readonly Announced[]> {
  const answer = await fetch(`${cluster.discovery}/watch?serviceType=${type}`);
  const { updates } = (await answer.json()) as { readonly updates: readonly Announced[] };
  return updates;
}

export async function healthyTasks({ cluster }: Service): Promise<readonly string[]> {
  const answer = await fetch(`${cluster.scheduler}/api/requests/request/clock`);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  const { taskIds } = (await answer.json()) as {
    readonly taskIds: { readonly healthy: readonly { readonly id: string }[] };
  };
  return taskIds.healthy.map(({ id }) => id).sort();
}

/** Waits until so many are announced, and they are exactly the healthy ones. */
export function untilAnnounced(service: Service, count: number): Promise<readonly Announced[]> {
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
export function processesOf({ word }: Service): ReadonlyMap<string, number> {
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
