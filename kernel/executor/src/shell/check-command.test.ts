/** Checks by real commands: how they run, and that nothing of them stays. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { prepareShim } from "@tavola/containerizer";
import { newUuid, silentLogger } from "@tavola/host";
import type { HealthCheck } from "@tavola/protocol";
import {
  checked,
  commandCheck,
  folder,
  marked,
  shim,
  soon,
  statusOf,
} from "../testing/checked-task.ts";
import { untilTrue } from "../testing/until.ts";

test("a command has the task's environment, its own beside it and the sandbox around it", async (context) => {
  const value = '[ "$COLOR" = blue ] && [ -n "$MARK" ] && pwd && exit 7';
  const variables = [{ name: "COLOR", value: "blue" }];
  const command = { command: { value, environment: { variables } } };
  const { next, sandbox, checks } = checked(context, {
    check: { ...soon, type: "COMMAND", command },
  });
  assert.deepEqual(statusOf(await next()), { type: "COMMAND", command: { exit_code: 7 } });
  checks.stop();
  assert.match(readFileSync(join(sandbox, "stderr"), "utf8"), new RegExp(`^${sandbox}$`, "m"));
});

test("a command without a shell is executed with its arguments as they are", async (context) => {
  const argv = ["sh", "-c", "exit $#", "x", "a b", "$HOME"];
  const command = { command: { shell: false, value: "/bin/sh", arguments: argv } };
  const { next } = checked(context, { check: { ...soon, type: "COMMAND", command } });
  assert.deepEqual(statusOf(await next()), { type: "COMMAND", command: { exit_code: 2 } });
});

test("a command runs as the task's user, in all of its groups (needs root)", async (context) => {
  if (process.getuid?.() !== 0) return context.skip("only root becomes somebody else");
  const cwd = folder(context);
  chmodSync(cwd, 0o777);
  const user = { uid: 65_534, gid: 65_533, gids: [65_533, 65_532] };
  const { next } = checked(context, commandCheck("id -u; id -G; exit 8"), { user, cwd });
  assert.deepEqual(statusOf(await next()), { type: "COMMAND", command: { exit_code: 8 } });
  assert.match(readFileSync(join(cwd, "stderr"), "utf8"), /^65534\n65533 65532\n/);
});

test("a command that the task's user cannot execute has no exit code (needs root)", async (context) => {
  if (process.getuid?.() !== 0) return context.skip("only root becomes somebody else");
  const cwd = folder(context);
  chmodSync(cwd, 0o777);
  const user = { uid: 65_534, gid: 65_534, gids: [65_534] };
  const command = { value: join(cwd, "flip"), shell: false };
  writeFileSync(command.value, "#!/bin/sh\nrm -f flip\nexit 9\n", { mode: 0o755 });
  const { next } = checked(
    context,
    { check: { type: "COMMAND", command: { command }, ...soon } },
    { user, cwd },
  );
  assert.deepEqual(statusOf(await next()), { type: "COMMAND", command: { exit_code: 9 } });
  assert.deepEqual(statusOf(await next()), { type: "COMMAND", command: {} });
});

test("a command that cannot be executed, or dies of a signal, has no exit code", async (context) => {
  const value =
    'n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) >n; [ "$n" = 0 ] || kill -KILL $$';
  const dies = checked(context, commandCheck(value));
  assert.deepEqual(statusOf(await dies.next()), { type: "COMMAND", command: { exit_code: 0 } });
  assert.deepEqual(statusOf(await dies.next()), { type: "COMMAND", command: {} });
  const command = { value: "/no/such/program", shell: false };
  const health_check: HealthCheck = { type: "COMMAND", command, ...soon, grace_period_seconds: 0 };
  const missing = checked(context, { health_check });
  assert.deepEqual(await missing.next(), { kind: "health", healthy: false, kill: false });
});

for (const form of ["native", "shell"] as const) {
  test(`a command is killed whole at its timeout, and the next one runs (${form} shim)`, async (context) => {
    const own = await prepareShim({
      buildDirectory: tmpdir(),
      logger: silentLogger,
      forms: [form],
    }).catch(() => undefined);
    if (own === undefined) return context.skip(`no ${form} shim here`);
    const value = "[ -e slow ] && exit 3; : >slow; sleep 300 & setsid sleep 301 & sleep 302";
    const { next, mark, checks } = checked(
      context,
      {
        health_check: {
          type: "COMMAND",
          command: { value },
          ...soon,
          timeout_seconds: 0.5,
          grace_period_seconds: 0,
          consecutive_failures: 2,
        },
      },
      { shim: own },
    );
    assert.deepEqual(await next(), { kind: "health", healthy: false, kill: false });
    assert.deepEqual(await next(), { kind: "health", healthy: false, kill: true });
    checks.stop();
    await untilTrue("nothing runs any more", () => marked(mark).length === 0);
  });
}

test("what a command leaves running does not outlive it, nor do its files", async (context) => {
  const { next, mark, checks, sandbox } = checked(context, commandCheck("sleep 300 & exit 4"));
  assert.deepEqual(statusOf(await next()), { type: "COMMAND", command: { exit_code: 4 } });
  checks.stop();
  await untilTrue("nothing runs any more", () => marked(mark).length === 0);
  await untilTrue("its folder is gone", () => !existsSync(join(sandbox, "check")));
});

test("stop() ends the command under way, and nothing is reported any more", async (context) => {
  const value = ": >begun; sleep 300 & sleep 301";
  const { checks, mark, sandbox, reports } = checked(context, commandCheck(value));
  await untilTrue("the command runs", () => existsSync(join(sandbox, "begun")));
  checks.stop();
  checks.stop();
  await untilTrue("nothing runs any more", () => marked(mark).length === 0);
  await untilTrue("its folder is gone", () => !existsSync(join(sandbox, "check")));
  assert.equal(reports.length, 0);
});

test("stop() while a command is being started lets none of it run on", async (context) => {
  const { checks, mark, sandbox } = checked(context, commandCheck("sleep 300"));
  await untilTrue("its folder is there", () => existsSync(join(sandbox, "check")));
  checks.stop();
  await untilTrue("its folder is gone", () => !existsSync(join(sandbox, "check")));
  await untilTrue("nothing runs any more", () => marked(mark).length === 0);
});

test("a check that a dead host had under way is ended by the one that comes after it", async (context) => {
  const sandbox = folder(context);
  const directory = join(sandbox, "check");
  const mark = newUuid();
  // As runCheckCommand() does it, in a process that is killed.
  const source = `
    import { mkdirSync } from "node:fs";
    const { startShim } = await import(${JSON.stringify(import.meta.resolve("@tavola/containerizer"))});
    mkdirSync(${JSON.stringify(directory)});
    await startShim(${JSON.stringify(shim)}, {
      place: { directory: ${JSON.stringify(directory)}, cgroups: [], shimCgroups: [] },
      file: "sleep", argv: ["sleep", "300"], cwd: "/",
      environment: { PATH: "/usr/bin:/bin", MARK: ${JSON.stringify(mark)} },
    });
    setInterval(() => {}, 60_000);`;
  const host = spawn(process.execPath, ["--input-type=module", "-e", source], { stdio: "ignore" });
  await untilTrue("it runs", () => existsSync(join(directory, "pid")));
  const dead = once(host, "exit");
  host.kill("SIGKILL");
  await dead;
  assert.ok(marked(mark).length > 0);
  const { next } = checked(context, commandCheck("exit 6"), {
    place: { directory: sandbox, cgroups: [], shimCgroups: [] },
    cwd: sandbox,
  });
  await untilTrue("nothing runs any more", () => marked(mark).length === 0);
  assert.deepEqual(statusOf(await next()), { type: "COMMAND", command: { exit_code: 6 } });
});
