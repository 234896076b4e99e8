import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { type Cluster, eventually, runProcess, startCluster, tavolaCommand } from "@tavola/harness";
import { readProcesses } from "@tavola/host";

const [program = "", ...entry] = tavolaCommand;

async function tavola(cluster: Cluster, args: readonly string[], input = "") {
  const environment = { TAVOLA_SCHEDULER: cluster.scheduler ?? "" };
  return runProcess(program, [...entry, ...args], { environment, input, timeoutMs: 60_000 });
}

/** As the scheduler at `url` tells it. */
async function api<T>(url: string | undefined, path: string): Promise<T> {
  const answer = await fetch(`${url}/api${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

interface TaskIds {
  readonly healthy: readonly { readonly id: string; readonly instanceNo: number }[];
  readonly notYetHealthy: readonly { readonly id: string }[];
}

async function tasksOf(url: string | undefined, request: string): Promise<TaskIds> {
  const { taskIds } = await api<{ taskIds: TaskIds }>(url, `/requests/request/${request}`);
  return taskIds;
}

/** Whose command line has this word. */
function pidsWith(word: string): readonly number[] {
  return readProcesses()
    .filter(({ pid }) => commandOf(pid).includes(word))
    .map(({ pid }) => pid)
    .sort((a, b) => a - b);
}

function commandOf(pid: number): readonly string[] {
  try {
    return process
      .getBuiltinModule("node:fs")
      .readFileSync(`/proc/${pid}/cmdline`, "utf8")
      .split("\0");
  } catch {
    return []; // It has just ended.
  }
}

async function start(
  t: TestContext,
  schedulers: number,
  more: readonly string[] = [],
): Promise<Cluster> {
  const cluster = await startCluster({ agents: 1, schedulers, arguments: more });
  t.after(() => cluster.stop());
  return cluster;
}

function deployOf(id: string, instances: number, command: string, more = ""): string {
  return `request: { id: ${id}, requestType: SERVICE, instances: ${instances} }
deploy:
  command: ${command}
  resources: { cpus: 0.05, memoryMb: 32 }
  considerHealthyAfterRunningForSeconds: 1
${more}`;
}

test("the leading scheduler is killed: tasks run on, another leads, nothing is started twice", async (t) => {
  const cluster = await start(t, 2);
  const word = `${Math.floor(Math.random() * 1e9)}`;
  const command = `exec sleep 1000${word}`;
  const first = await tavola(cluster, ["deploy", "-"], deployOf("steady", 3, command));
  assert.equal(first.code, 0, first.stderr);
  const before = pidsWith(`1000${word}`);
  assert.equal(before.length, 3);

  const leader = await eventually("the leader's process", () => {
    const leading = /(scheduler-\d) {2}elected as the leading scheduler/.exec(
      cluster.output(),
    )?.[1];
    return leading;
  });
  process.kill(cluster.pidOf(leader) as number, "SIGKILL");
  const scaled = await eventually(
    "another scheduler to take the scaling",
    async () => {
      const asked = await tavola(cluster, ["scale", "steady", "4"]);
      return asked.code === 0 ? asked : undefined;
    },
    { boundMs: 30_000 },
  );
  assert.match(scaled.stdout, /steady: 4 instances/);
  await eventually("the ready file to name the one that leads now", () => {
    const { scheduler } = JSON.parse(readFileSync(cluster.readyFile, "utf8"));
    return scheduler !== cluster.scheduler || undefined;
  });
  await eventually("four healthy instances", async () => {
    const { healthy } = await tasksOf(cluster.scheduler, "steady");
    return healthy.length === 4 ? true : undefined;
  });
  const after = pidsWith(`1000${word}`);
  assert.equal(after.length, 4);
  assert.deepEqual(
    before.filter((pid) => after.includes(pid)),
    before,
    "the tasks that ran before run still",
  );
  const { healthy } = await tasksOf(cluster.scheduler, "steady");
  assert.deepEqual(healthy.map(({ instanceNo }) => instanceNo).sort(), [1, 2, 3, 4]);
});

test("a scheduler that is killed in the middle of a deploy goes on with it", async (t) => {
  const cluster = await start(t, 1);
  const word = `${Math.floor(Math.random() * 1e9)}`;
  // Healthy only after four seconds: the scheduler is killed before.
  const file = deployOf("slow", 2, `exec sleep 2000${word}`).replace("Seconds: 1", "Seconds: 4");
  const submitted = await tavola(cluster, ["deploy", "-", "--no-wait"], file);
  assert.equal(submitted.code, 0, submitted.stderr);
  await eventually("both instances to run", () =>
    pidsWith(`2000${word}`).length === 2 ? true : undefined,
  );
  const before = pidsWith(`2000${word}`);
  process.kill(cluster.pidOf("scheduler") as number, "SIGKILL");
  await eventually(
    "the deploy to succeed",
    async () => {
      const parent = await api<{ requestDeployState?: { activeDeploy?: unknown } }>(
        cluster.scheduler,
        "/requests/request/slow",
      );
      return parent.requestDeployState?.activeDeploy;
    },
    { boundMs: 30_000 },
  );
  assert.deepEqual(pidsWith(`2000${word}`), before);
  const history = await api<readonly { deployResult?: { deployState: string } }[]>(
    cluster.scheduler,
    "/history/request/slow/deploys",
  );
  assert.deepEqual(
    history.map(({ deployResult }) => deployResult?.deployState),
    ["SUCCEEDED"],
  );
});

test("the leading master is killed: services run on, and can still be deployed", async (t) => {
  const cluster = await start(t, 1, ["--masters=2"]);
  const word = `${Math.floor(Math.random() * 1e9)}`;
  const first = await tavola(
    cluster,
    ["deploy", "-"],
    deployOf("calm", 1, `exec sleep 3000${word}`),
  );
  assert.equal(first.code, 0, first.stderr);
  const before = pidsWith(`3000${word}`);
  const leader = cluster.masters.indexOf(cluster.master) + 1;
  process.kill(cluster.pidOf(`master-${leader}`) as number, "SIGKILL");
  const second = await tavola(
    cluster,
    ["deploy", "-"],
    deployOf("calmer", 1, `exec sleep 4000${word}`),
  );
  assert.equal(second.code, 0, second.stderr);
  assert.deepEqual(pidsWith(`3000${word}`), before);
  const { healthy } = await tasksOf(cluster.scheduler, "calm");
  assert.equal(healthy.length, 1);
});

test("tavola why and a failed deploy say what is missing", async (t) => {
  const cluster = await start(t, 1);
  const file = deployOf(
    "greedy",
    1,
    "exec sleep 1000",
    "  deployHealthTimeoutSeconds: 1\n",
  ).replace("cpus: 0.05", "cpus: 40");
  const deploying = tavola(cluster, ["deploy", "-"], file);
  const why = await eventually("a reason", async () => {
    const asked = await tavola(cluster, ["why", "greedy"]);
    return /40 cpus/.test(asked.stdout) ? asked.stdout : undefined;
  });
  assert.match(why, /needs 40 cpus; best agent has [\d.]+/);
  const failed = await deploying;
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /greedy: \w+ (OVERDUE|FAILED)/);

  const modest = deployOf("greedy", 1, "exec sleep 1000");
  assert.equal((await tavola(cluster, ["deploy", "-"], modest)).code, 0);
  const broken = await tavola(cluster, ["deploy", "-"], deployOf("greedy", 2, "exit 3"));
  assert.equal(broken.code, 1);
  const { stdout } = await tavola(cluster, ["request", "greedy", "--json"]);
  assert.equal(JSON.parse(stdout).request.instances, 1, "what it changed goes with it");
  assert.equal((await tasksOf(cluster.scheduler, "greedy")).healthy.length, 1);
});
