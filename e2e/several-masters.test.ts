import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { eventually, runProcess, startCluster, tavolaCommand } from "@tavola/harness";
import { createHttpClient, type HttpClient } from "@tavola/host";

const [program = "", ...entry] = tavolaCommand;

function openClient(t: TestContext): HttpClient {
  const client = createHttpClient();
  t.after(() => client.close());
  return client;
}

async function statusOf(client: HttpClient, url: string): Promise<number> {
  const answer = await client.request({ method: "GET", url });
  await answer.body();
  return answer.status;
}

test("tavola up --masters=3: the leader is killed, a task counts on, another leads, the killed one is back", async (t) => {
  const cluster = await startCluster({ agents: 1, arguments: ["--masters=3"] });
  t.after(() => cluster.stop());
  const client = openClient(t);
  const { masters } = cluster;
  assert.equal(masters.length, 3);
  const list = masters.map((url) => new URL(url).host).join(",");
  let counted = "";
  const running = runProcess(
    program,
    [
      ...entry,
      "run",
      `--master=${list}`,
      "--",
      "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.5; done",
    ],
    { onOutput: (text) => (counted += text) },
  );
  await eventually("the task to count", () => (counted.includes("2\n") ? true : undefined), {
    boundMs: 20_000,
  });
  const leader = masters.indexOf(cluster.master);
  const pid = cluster.pidOf(`master-${leader + 1}`);
  assert.ok(pid !== undefined, "the leader's process is known");
  process.kill(pid, "SIGKILL");
  const others = masters.filter((url) => url !== cluster.master);
  await eventually("another leader that has the agent back", async () => {
    for (const url of others) {
      const answer = await client.request({ method: "GET", url: `${url}/slaves` });
      const text = `${Buffer.from(await answer.body())}`;
      if (answer.status !== 200) continue;
      const { slaves } = JSON.parse(text) as { slaves: { active: boolean }[] };
      if (slaves.length === 1 && slaves[0]?.active === true) return true;
    }
    return undefined;
  });
  await eventually("the ready file to name the new leader", () => {
    const { master } = JSON.parse(readFileSync(cluster.readyFile, "utf8")) as { master: string };
    return others.includes(master) ? true : undefined;
  });
  await eventually("the killed master to stand by where it was", async () =>
    (await statusOf(client, `${cluster.master}/state`)) === 307 ? true : undefined,
  );
  const { code, stdout } = await running;
  assert.equal(stdout, "1\n2\n3\n4\n5\n6\n7\n8\n");
  assert.equal(code, 0);
  assert.match(cluster.output(), /master \d: it was ended by SIGKILL; starting it again/);
});

/** Resolves when it is gone, also where it went before. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, "exit");
}

/** `tavola master --restart` on a port of its own; what it logs, and the pids it tells. */
function startSupervised(t: TestContext, ...args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "tavola-supervised-"));
  const child: ChildProcess = spawn(
    program,
    [...entry, "master", "--restart", "--ip=127.0.0.1", `--work_dir=${folder}`, ...args],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const log = { text: "" };
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log.text += text;
  });
  t.after(async () => {
    await end(child, "SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });
  return { child, log, folder };
}

test("tavola master --restart: a master that is deposed ends with a sentence and is started again", async (t) => {
  const { child, log, folder } = startSupervised(t, "--port=0", "--log-format=json");
  const led = (): number => log.text.split('"master is leading"').length - 1;
  await eventually("the first life to lead", () => (led() === 1 ? true : undefined));
  // Another master takes the registry over; the first one hears of it at its next write.
  const saved = join(folder, "backup");
  const registry = (...words: readonly string[]) =>
    runProcess(program, [...entry, "registry", ...words, `--work-dir=${folder}`]);
  assert.equal((await registry("export", saved)).code, 0);
  assert.equal((await registry("import", saved, "--replace")).code, 0);
  const url = /"url":"(http:[^"]+)"/.exec(log.text)?.[1] ?? "";
  const agent = spawn(
    program,
    [
      ...entry,
      "agent",
      `--master=${new URL(url).host}`,
      "--ip=127.0.0.1",
      "--port=0",
      `--work_dir=${folder}/agent`,
      `--runtime_dir=${folder}/run`,
      "--launcher=posix",
      "--isolation=posix/cpu,posix/mem",
      "--registration_backoff_factor=20ms",
    ],
    { stdio: "ignore" },
  );
  t.after(() => end(agent, "SIGUSR1"));
  await eventually("the deposed one to say why it ends", () =>
    /taken the registry over: tavola registry/.test(log.text) ? true : undefined,
  );
  await eventually("the next life to lead", () => (led() === 2 ? true : undefined));
  assert.match(log.text, /the master ended with exit status 1; starting it again in 500 ms/);
  assert.equal(child.exitCode, null);
});
