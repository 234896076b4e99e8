import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { eventually, runProcess, tavolaCommand } from "@tavola/harness";

const [program = "", ...entry] = tavolaCommand;
const folder = mkdtempSync(join(tmpdir(), "tavola-restart-"));
const log = { text: "" };
const started: ChildProcess[] = [];

after(async () => {
  for (const child of started) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

function start(...args: readonly string[]): ChildProcess {
  const child = spawn(program, [...entry, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log.text += text;
    });
  }
  started.push(child);
  return child;
}

/** A port that was free a moment ago; a master that comes back has to come back to the same one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

test("a run outlives its master: the new one is told of the task, and the exit status comes through", async () => {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const here = ["--ip=127.0.0.1", "--hostname=127.0.0.1"];
  const startMaster = (): ChildProcess =>
    start("master", ...here, `--port=${port}`, `--work_dir=${folder}/master`);
  const agents = async (): Promise<unknown[]> => {
    const args = [...entry, "agents", "--json", `--master=${address}`];
    return JSON.parse((await runProcess(program, args)).stdout) as unknown[];
  };
  const first = startMaster();
  const agent = start(
    "agent",
    ...here,
    "--port=0",
    `--master=${address}`,
    `--work_dir=${folder}/agent`,
    `--runtime_dir=${folder}/run`,
    "--resources=cpus:1;mem:512;disk:100",
    "--registration_backoff_factor=20ms",
    `--cgroups_root=tavola-restart-${process.pid}`,
  );
  await eventually("the agent", async () => ((await agents()).length === 1 ? true : undefined));

  const marker = join(folder, "go-on");
  const wait = `i=0; until [ -e ${marker} ] || [ $((i += 1)) -gt 300 ]; do sleep 0.1; done`;
  const command = `echo before; ${wait}; echo after; exit 5`;
  const run = spawn(program, [...entry, "run", `--master=${address}`, "--", command], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(run);
  const seen = { stdout: "", stderr: "" };
  run.stdout.setEncoding("utf8").on("data", (text: string) => {
    seen.stdout += text;
  });
  run.stderr.setEncoding("utf8").on("data", (text: string) => {
    seen.stderr += text;
  });
  await eventually("output", () => (seen.stdout === "before\n" ? true : undefined));

  first.kill("SIGKILL");
  await once(first, "exit");
  await eventually("the loss to be told", () =>
    /lost the master/.test(seen.stderr) ? true : undefined,
  );
  const second = startMaster();
  await eventually("its return to be told", () =>
    /back with the master/.test(seen.stderr) ? true : undefined,
  );
  await eventually("the agent again", async () =>
    (await agents()).length === 1 ? true : undefined,
  );
  await runProcess("touch", [marker]);
  const [code] = (await once(run, "close")) as [number | null];
  assert.equal(code, 5, `${seen.stderr}\n${log.text}`);
  assert.equal(seen.stdout, "before\nafter\n");

  agent.kill("SIGUSR1");
  await once(agent, "exit");
  assert.equal(agent.exitCode, 0, log.text);
  second.kill("SIGTERM");
  await once(second, "exit");
  assert.equal(second.exitCode, 0, log.text);
});
