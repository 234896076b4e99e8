import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { eventually, runProcess, tavolaCommand } from "@tavola/harness";
import { detectCgroupMounts, readProcesses } from "@tavola/host";

const [program = "", ...entry] = tavolaCommand;
let folder: string;
/** Ends what a failed test left running. */
const leftovers: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tavola-e2e-"));
});

afterEach(async () => {
  await Promise.all(leftovers.splice(0).map((end) => end()));
  rmSync(folder, { recursive: true, force: true });
});

/** Pids of processes whose command line or environment speaks of this test's folder. */
function processesLeft(): number[] {
  return readProcesses()
    .map(({ pid }) => pid)
    .filter(
      (pid) => pid !== process.pid && ["cmdline", "environ"].some((name) => speaks(pid, name)),
    );
}

function speaks(pid: number, name: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1").includes(folder);
  } catch {
    return false; // It has just ended, or belongs to somebody else.
  }
}

function cgroupsOf(pid: number): string[] {
  const { v1, v2 } = detectCgroupMounts();
  return [...new Set([...v1.values(), ...(v2 === undefined ? [] : [v2])])].filter((mount) =>
    readdirSync(mount).includes(`tavola-up-${pid}`),
  );
}

interface Ready {
  readonly master: string;
  readonly agents: readonly string[];
  readonly pid: number;
}

async function up(...more: readonly string[]) {
  const readyFile = join(folder, "ready.json");
  const args = ["up", "--ports=auto", `--ready-file=${readyFile}`, `--work-dir=${folder}/w`];
  const child = spawn(program, [...entry, ...args, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  const seen = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (seen.text += text));
  }
  const ended = once(child, "close") as Promise<[number | null, string | null]>;
  leftovers.push(() => {
    child.kill("SIGTERM");
    return ended;
  });
  const ready = await eventually(
    "the ready file",
    () => {
      if (child.exitCode !== null) return undefined;
      return JSON.parse(readFileSync(readyFile, "utf8")) as Ready;
    },
    { boundMs: 30_000 },
  ).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw new Error(seen.text, { cause: error });
  });
  return { child, seen, ended, ready, readyFile };
}

function runSleeper(master: string) {
  const args = [...entry, "run", `--master=${new URL(master).host}`, "--instances=2", "--"];
  const child = spawn(program, [...args, "echo up; sleep 1000"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let lines = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    lines += text.split("\n").length - 1;
  });
  const runs = eventually("both instances to run", () => (lines === 2 ? true : undefined));
  return { child, runs, ended: once(child, "close") };
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`up ends everything on ${signal}, running tasks included`, async () => {
    const cluster = await up();
    assert.equal(cluster.ready.pid, cluster.child.pid);
    assert.equal(cluster.ready.agents.length, 2);
    const sleeper = runSleeper(cluster.ready.master);
    await sleeper.runs;
    assert.ok(processesLeft().length > 3);
    cluster.child.kill(signal);
    assert.deepEqual(await cluster.ended, [0, null], cluster.seen.text);
    assert.deepEqual(processesLeft(), []);
    assert.deepEqual(cgroupsOf(cluster.ready.pid), []);
    assert.equal(existsSync(cluster.readyFile), false);
    assert.equal(existsSync(join(folder, "w/agent-1/work")), true, "the work directory is kept");
    await sleeper.ended;
  });
}

test("up --agents=1 has one agent, and says where everything is", async () => {
  const cluster = await up("--agents=1", "--agent.attributes=rack:r1");
  assert.equal(cluster.ready.agents.length, 1);
  const told = /The cluster is up\.\n {2}master {3}http:\/\/127\.0\.0\.1:\d+\n/;
  await eventually("it to tell", () => (told.test(cluster.seen.text) ? true : undefined));
  assert.match(cluster.seen.text, /agent 1 {2}http:\/\/127\.0\.0\.1:\d+ {2}cpus:[\d.]+;mem:\d+/);
  const master = new URL(cluster.ready.master).host;
  const agents = await runProcess(program, [...entry, "agents", `--master=${master}`]);
  assert.match(agents.stdout, /rack:r1/);
  cluster.child.kill("SIGTERM");
  assert.deepEqual(await cluster.ended, [0, null], cluster.seen.text);
});

function daemonOf(cluster: Awaited<ReturnType<typeof up>>, folder: string): number | undefined {
  return readProcesses().find(
    ({ pid, parent }) =>
      parent === cluster.child.pid &&
      readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(folder),
  )?.pid;
}

test("a killed master and a killed agent are started again, and the task never notices", async () => {
  const cluster = await up();
  const sleeper = runSleeper(cluster.ready.master);
  await sleeper.runs;
  for (const folder of ["/master\0", "agent-1/work", "agent-2/work"]) {
    const before = await eventually(folder, () => daemonOf(cluster, folder));
    process.kill(before, "SIGKILL");
    await eventually(`another ${folder}`, () => {
      const pid = daemonOf(cluster, folder);
      return pid === before ? undefined : pid;
    });
  }
  assert.match(cluster.seen.text, /agent 2: it was ended by SIGKILL; starting it again in 500 ms/);
  const master = new URL(cluster.ready.master).host;
  await eventually("both agents and the task to be back", async () => {
    const agents = await runProcess(program, [...entry, "agents", `--master=${master}`, "--json"]);
    const tasks = await runProcess(program, [...entry, "ps", `--master=${master}`, "--json"]);
    if (agents.code !== 0 || tasks.code !== 0) return undefined;
    const isBack = JSON.parse(agents.stdout).length === 2 && JSON.parse(tasks.stdout).length === 2;
    return isBack ? true : undefined;
  });
  cluster.child.kill("SIGTERM");
  assert.deepEqual(await cluster.ended, [0, null], cluster.seen.text);
  assert.deepEqual(processesLeft(), []);
  assert.deepEqual(cgroupsOf(cluster.ready.pid), []);
  await sleeper.ended;
});

test("an agent that leaves is named, and its tasks and all the rest are ended", async () => {
  const cluster = await up();
  const sleeper = runSleeper(cluster.ready.master);
  await sleeper.runs;
  const agent = daemonOf(cluster, "agent-2/work");
  assert.ok(agent !== undefined);
  process.kill(agent, "SIGUSR1");
  assert.deepEqual(await cluster.ended, [1, null], cluster.seen.text);
  assert.match(cluster.seen.text, /tavola up: the agent 2 has gone: it ended with exit status 0/);
  assert.deepEqual(processesLeft(), []);
  assert.deepEqual(cgroupsOf(cluster.ready.pid), []);
  await sleeper.ended;
});

test("when up itself is killed, its daemons and tasks end by themselves", async () => {
  const cluster = await up();
  const sleeper = runSleeper(cluster.ready.master);
  await sleeper.runs;
  cluster.child.kill("SIGKILL");
  await cluster.ended;
  await eventually("everything to end", () => (processesLeft().length === 0 ? true : undefined), {
    boundMs: 20_000,
  });
  // It would look for another master for half a minute more.
  sleeper.child.kill("SIGKILL");
  await sleeper.ended;
  for (const mount of cgroupsOf(cluster.ready.pid)) {
    const root = join(mount, `tavola-up-${cluster.ready.pid}`);
    for (const agent of readdirSync(root).filter((name) => name.startsWith("agent-"))) {
      rmdirTree(join(root, agent));
    }
    rmdirTree(root);
  }
});

/** Empty cgroups that nobody was left to remove. */
function rmdirTree(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) rmdirTree(join(path, entry.name));
  }
  rmdirSync(path);
}

test("a port in use is one clear sentence and exit status 1", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const args = [...entry, "up", `--ports=${port}`, `--work-dir=${folder}/w`];
  const result = await runProcess(program, args, { timeoutMs: 30_000 });
  server.close();
  assert.equal(result.code, 1, result.stderr);
  const pattern = new RegExp(`tavola up: the master cannot start: .*${port}.* in use`);
  assert.match(result.stderr, pattern);
  assert.deepEqual(processesLeft(), []);
});

test("a wrong flag for a daemon is passed on as a sentence", async () => {
  const args = [...entry, "up", "--ports=auto", `--work-dir=${folder}/w`, "--agent.nope=1"];
  const result = await runProcess(program, args, { timeoutMs: 30_000 });
  assert.equal(result.code, 1, result.stderr);
  assert.match(result.stderr, /the agent \d cannot start: Failed to load unknown flag 'nope'/);
  assert.deepEqual(processesLeft(), []);
});
