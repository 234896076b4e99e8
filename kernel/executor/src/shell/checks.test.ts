/** Checks of real commands, servers and ports of this machine; when they are due is check-schedule.test.ts's. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { prepareShim } from "@tavola/containerizer";
import {
  createHttpClient,
  type HttpClient,
  newUuid,
  readProcesses,
  silentLogger,
  simulatedClock,
  systemClock,
} from "@tavola/host";
import type { CheckInfo, HealthCheck, TaskInfo } from "@tavola/protocol";
import type { CheckReport } from "../core/command-task.ts";
import { type ChecksOptions, type RunningChecks, startChecks } from "./checks.ts";

const soon = { delay_seconds: 0, interval_seconds: 0 };
const shim = await prepareShim({ buildDirectory: tmpdir(), logger: silentLogger });
const withinMs = 10_000;

interface Checked {
  readonly checks: RunningChecks;
  readonly reports: readonly CheckReport[];
  readonly sandbox: string;
  /** In the environment of everything that a check runs. */
  readonly mark: string;
  /** The next report that nobody has taken. Rejects after ten seconds. */
  next(): Promise<CheckReport>;
}

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "tavola-checks-"));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function http(context: TestContext): HttpClient {
  const client = createHttpClient();
  context.after(() => client.close());
  return client;
}

function taskOf(own: Partial<TaskInfo>): TaskInfo {
  return { name: "t", task_id: { value: "t" }, agent_id: { value: "a" }, ...own };
}

/** Checks a task until the test ends. */
function checked(
  context: TestContext,
  own: Partial<TaskInfo>,
  options: Partial<ChecksOptions> = {},
): Checked {
  const sandbox = folder(context);
  const mark = newUuid();
  const reports: CheckReport[] = [];
  let taken = 0;
  let wake = (): void => {};
  const checks = startChecks({
    task: taskOf(own),
    environment: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", MARK: mark, COLOR: "red" },
    cwd: sandbox,
    place: { directory: sandbox, cgroups: [], shimCgroups: [] },
    shim,
    clock: systemClock(),
    http: http(context),
    logger: silentLogger,
    report: (report) => {
      reports.push(report);
      wake();
    },
    ...options,
  });
  context.after(() => checks.stop());
  const next = (): Promise<CheckReport> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("waited too long for a report")), withinMs);
      wake = () => {
        const report = reports[taken];
        if (report === undefined) return;
        taken += 1;
        clearTimeout(timer);
        wake = () => {};
        resolve(report);
      };
      wake();
    });
  return { checks, reports, sandbox, mark, next };
}

/** Looks again at every turn of the event loop. */
async function untilTrue(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited too long for: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Pids of those who live and have the mark in their environment. */
function marked(mark: string): number[] {
  return readProcesses()
    .filter(({ pid, state }) => {
      if (state === "Z") return false;
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark);
      } catch {
        // It is gone, or somebody else's.
        return false;
      }
    })
    .map(({ pid }) => pid);
}

function commandCheck(value: string, own: Partial<CheckInfo> = {}): { check: CheckInfo } {
  return { check: { type: "COMMAND", command: { command: { value } }, ...soon, ...own } };
}

function statusOf(report: CheckReport): unknown {
  assert.equal(report.kind, "check");
  return report.status;
}

async function listen(context: TestContext, server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Answers each connection with these bytes, and ends it; the last ones again and again. */
function answering(context: TestContext, ...answers: readonly string[]): Promise<number> {
  let served = 0;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.end(answers[Math.min(served, answers.length - 1)] ?? "");
      served += 1;
    });
  });
  return listen(context, server);
}

const answer = (line: string, ...headers: readonly string[]): string =>
  [`HTTP/1.1 ${line}`, ...headers, "Content-Length: 0", "Connection: close", "", ""].join("\r\n");

test("a task without checks costs no timer", () => {
  const clock = simulatedClock();
  const options = { task: taskOf({}), environment: {}, cwd: "/", clock, shim };
  startChecks({
    ...options,
    place: { directory: "/", cgroups: [], shimCgroups: [] },
    http: createHttpClient(),
    logger: silentLogger,
    report: () => {},
  }).stop();
  assert.equal(clock.waiting, 0);
});

test("a check that the master would have refused is not made, and the log says why", (context) => {
  const clock = simulatedClock();
  const said: unknown[] = [];
  const logger = { ...silentLogger, error: (fields: unknown) => said.push(fields) };
  const check: CheckInfo = { type: "COMMAND" };
  const health_check: HealthCheck = { type: "TCP", tcp: { port: 1 }, delay_seconds: -1 };
  checked(context, { check, health_check }, { clock, logger: logger as typeof silentLogger });
  assert.equal(clock.waiting, 0);
  assert.match(JSON.stringify(said), /'command'.*'delay_seconds'/);
});

test("the delay is waited for, and stop() ends the waiting", async (context) => {
  const clock = simulatedClock();
  const health_check: HealthCheck = { type: "TCP", tcp: { port: 1 } };
  const { checks, reports } = checked(context, { health_check }, { clock });
  assert.equal(clock.nextAt(), clock.now() + 15_000);
  checks.stop();
  assert.equal(clock.waiting, 0);
  assert.equal(reports.length, 0);
});

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

test("a status is reported again only when it is another", async (context) => {
  const value = 'n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) >n; [ "$n" -lt 3 ]';
  const { next, reports } = checked(context, commandCheck(value));
  assert.deepEqual(statusOf(await next()), { type: "COMMAND", command: { exit_code: 0 } });
  assert.deepEqual(statusOf(await next()), { type: "COMMAND", command: { exit_code: 1 } });
  assert.equal(reports.length, 2);
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

test("stopping from within a report is the end", async (context) => {
  let stop = (): void => {};
  const reports: CheckReport[] = [];
  const clock = systemClock();
  let timers = 0;
  const counting = {
    now: () => clock.now(),
    after(delayMs: number, run: () => void) {
      timers += 1;
      return clock.after(delayMs, run);
    },
  };
  const stopped = Promise.withResolvers<number>();
  const report = (each: CheckReport): void => {
    reports.push(each);
    stop();
    stopped.resolve(timers);
  };
  stop = checked(context, commandCheck("exit 1"), { report, clock: counting }).checks.stop;
  const timersAtStop = await stopped.promise;
  assert.equal(reports.length, 1);
  assert.equal(timers, timersAtStop);
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

test("an HTTP check reports the status of the response, and that there is none", async (context) => {
  const port = await answering(context, answer("404 Not Found"), answer("200 OK"), "");
  const { next } = checked(context, {
    check: { type: "HTTP", http: { port, path: "/up" }, ...soon },
  });
  assert.deepEqual(statusOf(await next()), { type: "HTTP", http: { status_code: 404 } });
  assert.deepEqual(statusOf(await next()), { type: "HTTP", http: { status_code: 200 } });
  assert.deepEqual(statusOf(await next()), { type: "HTTP", http: {} });
});

test("an HTTP check follows redirects, and takes one that leads nowhere for the answer", async (context) => {
  const last = await answering(context, answer("204 No Content"));
  const moved = answer("302 Found", `Location: http://127.0.0.1:${last}/there`);
  const port = await answering(
    context,
    moved,
    answer("302 Found"),
    answer("302 Found", "Location: /"),
  );
  const { next } = checked(context, { check: { type: "HTTP", http: { port }, ...soon } });
  assert.deepEqual(statusOf(await next()), { type: "HTTP", http: { status_code: 204 } });
  assert.deepEqual(statusOf(await next()), { type: "HTTP", http: { status_code: 302 } });
  // Round and round.
  assert.deepEqual(statusOf(await next()), { type: "HTTP", http: {} });
});

test("a server that does not answer, or not to the end, fails an HTTP check at its timeout", async (context) => {
  let served = 0;
  const server = createServer((socket) => {
    context.after(() => socket.destroy());
    socket.on("error", () => {});
    served += 1;
    // The first gets nothing, the second half a body, who comes then all of it.
    if (served === 2) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    if (served > 2) socket.end(answer("200 OK"));
  });
  const port = await listen(context, server);
  const { next } = checked(context, {
    health_check: {
      type: "HTTP",
      http: { port },
      ...soon,
      timeout_seconds: 0.2,
      grace_period_seconds: 0,
    },
  });
  assert.deepEqual(await next(), { kind: "health", healthy: false, kill: false });
  assert.deepEqual(await next(), { kind: "health", healthy: false, kill: false });
  assert.deepEqual(await next(), { kind: "health", healthy: true, kill: false });
});

test("an HTTPS health check does not ask who signed the certificate", async (context) => {
  const sandbox = folder(context);
  const [key, cert] = [join(sandbox, "key.pem"), join(sandbox, "cert.pem")];
  const openssl = spawn(
    "openssl",
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=task"
      .split(" ")
      .concat("-keyout", key, "-out", cert),
    { stdio: "ignore" },
  );
  const [code] = await Promise.race([
    once(openssl, "exit"),
    once(openssl, "error").then(() => [1]),
  ]);
  if (code !== 0) return context.skip("no openssl here to make a certificate");
  const https = process.getBuiltinModule("node:https");
  const server = https.createServer(
    { key: readFileSync(key), cert: readFileSync(cert) },
    (_request, response) => response.end("well"),
  );
  const port = await listen(context, server);
  const { next } = checked(context, {
    health_check: { type: "HTTP", http: { port, scheme: "https", path: "/" }, ...soon },
  });
  assert.deepEqual(await next(), { kind: "health", healthy: true, kill: false });
});

test("a TCP check reports whether somebody listens", async (context) => {
  const server = createServer((socket) => socket.destroy());
  const port = await listen(context, server);
  const { next } = checked(context, { check: { type: "TCP", tcp: { port }, ...soon } });
  assert.deepEqual(statusOf(await next()), { type: "TCP", tcp: { succeeded: true } });
  server.close();
  assert.deepEqual(statusOf(await next()), { type: "TCP", tcp: { succeeded: false } });
});

test("a task's check and its health check go on beside each other", async (context) => {
  const command = { value: "true" };
  const { next } = checked(context, {
    ...commandCheck("exit 5"),
    health_check: { type: "COMMAND", command, ...soon },
  });
  const both = [await next(), await next()].toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
  assert.deepEqual(both, [
    { kind: "check", status: { type: "COMMAND", command: { exit_code: 5 } } },
    { kind: "health", healthy: true, kill: false },
  ]);
});
