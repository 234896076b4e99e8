import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import {
  type Cluster,
  eventually,
  type ProcessResult,
  runProcess,
  startCluster,
  tavolaCommand,
} from "@tavola/harness";

const [program = "", ...entry] = tavolaCommand;
let cluster: Cluster;

before(async () => {
  cluster = await startCluster();
});

after(async () => {
  await cluster.stop();
});

function environment(): Record<string, string> {
  return { TAVOLA_MASTER: new URL(cluster.master).host };
}

function tavola(...args: readonly string[]): Promise<ProcessResult> {
  return runProcess(program, [...entry, ...args], {
    environment: environment(),
    timeoutMs: 30_000,
  });
}

/** Starts `tavola` and lets the test talk to it. */
function start(...args: readonly string[]) {
  const child = spawn(program, [...entry, ...args], {
    env: { ...process.env, ...environment() },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const seen = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (seen.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (seen.stderr += text));
  return { child, seen, ended: once(child, "close") as Promise<[number | null, string | null]> };
}

interface ListedTask {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly agent_id: string;
}

async function tasksNamed(name: string): Promise<ListedTask[]> {
  const { stdout, stderr, code } = await tavola("ps", "--all", "--json");
  assert.equal(code, 0, stderr);
  return (JSON.parse(stdout) as ListedTask[]).filter((task) => task.name === name);
}

test("run shows what the command prints and ends with its exit status", async () => {
  const cases: readonly (readonly [readonly string[], number, string, string])[] = [
    [["echo", "hello", "a  b"], 0, "hello a  b\n", ""],
    [["echo out; echo err >&2; exit 3"], 3, "out\n", "err\n"],
    [["false"], 1, "", ""],
    [["true"], 0, "", ""],
    [["kill -9 $$"], 137, "", ""],
    [["kill -TERM $$"], 143, "", ""],
    [["exit 137"], 137, "", ""],
  ];
  for (const [words, code, stdout, stderr] of cases) {
    const result = await tavola("run", "--", ...words);
    assert.deepEqual(
      { code: result.code, stdout: result.stdout, stderr: result.stderr },
      { code, stdout, stderr },
      words.join(" "),
    );
  }
});

test("run passes on every byte of a lot of output", async () => {
  const result = await tavola("run", "--", "seq 1 200000; seq 1 1000 >&2");
  assert.equal(result.code, 0, result.stderr.slice(-500));
  const lines = (count: number) =>
    Array.from({ length: count }, (_, index) => `${index + 1}\n`).join("");
  assert.ok(result.stdout === lines(200_000), `${result.stdout.length} characters came`);
  assert.ok(result.stderr === lines(1000), `${result.stderr.length} characters came`);
});

test("run shows output while the command runs", async () => {
  const { child, seen, ended } = start("run", "--", "echo first; sleep 60");
  await eventually("the first line", () => (seen.stdout === "first\n" ? true : undefined));
  assert.equal(child.exitCode, null);
  child.kill("SIGINT");
  assert.deepEqual(await ended, [130, null], seen.stderr);
});

test("run --instances spreads over the agents and tells their lines apart", async () => {
  const command = ["run", "--name=spread", "--instances=2", "--env=WORD=hi", "--"];
  const result = await tavola(...command, "echo $WORD");
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(result.stdout.trimEnd().split("\n").sort(), ["[1] hi", "[2] hi"]);
  const agents = new Set((await tasksNamed("spread")).map(({ agent_id }) => agent_id));
  assert.equal(agents.size, 2);
});

test("run says why it waits, and Ctrl-C ends the waiting", async () => {
  const { child, seen, ended } = start("run", "--name=giant", "--cpus=640", "--", "true");
  await eventually("the reason", () =>
    /giant waits: needs 640 cpus, the biggest agent has [\d.]+\n/.test(seen.stderr)
      ? true
      : undefined,
  );
  child.kill("SIGINT");
  assert.deepEqual(await ended, [130, null], seen.stderr);
});

test("run ends with 125 and the reason when the command cannot be started", async () => {
  const result = await tavola("run", "--uri=http://127.0.0.1:1/nothing", "--", "true");
  assert.equal(result.code, 125, result.stderr);
  assert.match(result.stderr, /TASK_FAILED: .*127\.0\.0\.1:1/);
});

test("run asks for a user that is there", async () => {
  const result = await tavola("run", "--user=no-such-user-here", "--", "true");
  assert.notEqual(result.code, 0);
  assert.match(result.stderr, /no-such-user-here/);
});

test("Ctrl-C on run kills the task on the cluster", async () => {
  const { child, ended } = start("run", "--name=victim", "--", "sleep 1000");
  await eventually("the task to run", async () =>
    (await tasksNamed("victim")).find(({ state }) => state === "TASK_RUNNING"),
  );
  child.kill("SIGINT");
  assert.deepEqual(await ended, [130, null]);
  const [task] = await tasksNamed("victim");
  assert.equal(task?.state, "TASK_KILLED");
});

test("logs -f follows a task to its end, logs shows it afterwards", async () => {
  const run = start("run", "--name=talker", "--", "echo one; echo oh >&2; sleep 2; echo two");
  const task = await eventually("the task to run", async () =>
    (await tasksNamed("talker")).find(({ state }) => state === "TASK_RUNNING"),
  );
  const [followed, errors] = await Promise.all([
    tavola("logs", task.id, "-f"),
    tavola("logs", task.id.slice(0, -2), "--stderr"),
  ]);
  assert.deepEqual([followed.code, followed.stdout], [0, "one\ntwo\n"], followed.stderr);
  assert.deepEqual([errors.code, errors.stdout], [0, "oh\n"], errors.stderr);
  assert.deepEqual(await run.ended, [0, null]);
  const later = await tavola("logs", task.id);
  assert.deepEqual([later.code, later.stdout], [0, "one\ntwo\n"], later.stderr);
});

test("kill ends a run from outside, and the run says so", async () => {
  const run = start("run", "--name=target", "--", "sleep 1000");
  const task = await eventually("the task to run", async () =>
    (await tasksNamed("target")).find(({ state }) => state === "TASK_RUNNING"),
  );
  const killed = await tavola("kill", task.id.slice(0, -1));
  assert.deepEqual([killed.code, killed.stdout], [0, `ended ${task.id}\n`], killed.stderr);
  assert.deepEqual(await run.ended, [143, null]);
  assert.match(run.seen.stderr, /target: ended from outside/);
  const again = await tavola("kill", task.id);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /has ended: TASK_KILLED/);
});

test("ps and agents show what is there", async () => {
  const run = start("run", "--name=shown", "--cpus=0.2", "--mem=48", "--", "sleep 1000");
  await eventually("the task to run", async () =>
    (await tasksNamed("shown")).find(({ state }) => state === "TASK_RUNNING"),
  );
  const { stdout: tasks } = await tavola("ps");
  assert.match(tasks, /^TASK +STATE +SINCE/);
  assert.match(
    tasks,
    /^shown\.\w+ +TASK_RUNNING +\S+Z +0\.2 +48 +127\.0\.0\.1:\d+ +tavola run shown$/m,
  );
  const { stdout: agents } = await tavola("agents", "--json");
  const listed = JSON.parse(agents) as { state: string; used_resources: { mem: number } }[];
  assert.deepEqual(
    listed.map(({ state }) => state),
    ["active", "active"],
  );
  assert.equal(
    listed.reduce((sum, { used_resources }) => sum + used_resources.mem, 0),
    48,
  );
  run.child.kill("SIGTERM");
  assert.deepEqual(await run.ended, [143, null]);
});

test("a reader who goes away ends the run", async () => {
  const result = await runProcess(
    "sh",
    [
      "-c",
      `${[program, ...entry].join(" ")} run --name=endless -- 'while sleep 0.02; do echo y; done' | head -n 3`,
    ],
    { environment: environment(), timeoutMs: 30_000 },
  );
  assert.equal(result.stdout, "y\ny\ny\n", result.stderr);
  await eventually("the task to end", async () =>
    (await tasksNamed("endless")).every(({ state }) => state === "TASK_KILLED") ? true : undefined,
  );
});
