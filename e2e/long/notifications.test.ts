/**
 * What people and their tools hear of a real cluster: mails with logs in them, signed webhooks, and
 * instances that stop answering being replaced one after the other.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Cluster, eventually, startCluster, tavolaCommand } from "@tavola/harness";

const secret = "a secret of the hooks";

interface Mail {
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly raw: string;
}

async function listen(t: TestContext, server: Server, port = 0): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Takes every mail. */
async function startMailSink(
  t: TestContext,
  port = 0,
): Promise<{ port: number; mails: readonly Mail[] }> {
  const mails: Mail[] = [];
  const server = createServer((socket) => {
    let text = "";
    let recipients: string[] = [];
    let isData = false;
    socket.on("error", () => {});
    socket.write("220 sink\r\n");
    socket.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      for (;;) {
        const ending = isData ? "\r\n.\r\n" : "\r\n";
        const end = text.indexOf(ending);
        if (end === -1) return;
        const part = text.slice(0, end);
        text = text.slice(end + ending.length);
        if (isData) {
          const raw = decoded(part);
          const subject = /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(raw)?.[1] ?? "";
          mails.push({ recipients, subject: subject.replace(/\r\n\s+/g, " "), raw });
          recipients = [];
          isData = false;
          socket.write("250 taken\r\n");
          continue;
        }
        const address = /^RCPT TO:<(.*?)>/i.exec(part)?.[1];
        if (address !== undefined) recipients.push(address);
        isData = /^DATA$/i.test(part);
        socket.write(isData ? "354 go on\r\n" : /^QUIT/i.test(part) ? "221 bye\r\n" : "250 ok\r\n");
      }
    });
  });
  return { port: await listen(t, server, port), mails };
}

/** Quoted-printable without its soft breaks; good enough to look for words. */
function decoded(raw: string): string {
  return raw
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

interface HookCall {
  readonly event: string;
  readonly body: Record<string, never>;
}

/** Takes what is rightly signed. */
async function startHook(
  t: TestContext,
  port = 0,
): Promise<{ port: number; calls: readonly HookCall[] }> {
  const calls: HookCall[] = [];
  const server = createHttpServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    const [, time, signature] =
      /^t=(\d+),v1=(\w+)$/.exec(String(request.headers["x-tavola-signature"])) ?? [];
    const right = createHmac("sha256", secret).update(`${time}.${body}`).digest("hex");
    if (signature === right) {
      calls.push({ event: String(request.headers["x-tavola-event"]), body: JSON.parse(body) });
    }
    response.writeHead(signature === right ? 204 : 403).end();
  });
  return { port: await listen(t, server as unknown as Server, port), calls };
}

async function call<T>(cluster: Cluster, path: string, body?: unknown): Promise<T> {
  const headers = { "Content-Type": "application/json" };
  const post = { method: "POST", headers, body: JSON.stringify(body) };
  const answer = await fetch(`${cluster.scheduler}/api${path}`, body === undefined ? {} : post);
  const text = await answer.text();
  assert.equal(answer.status, 200, `${path}: ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

interface RequestNow {
  readonly requestDeployState?: { readonly activeDeploy?: { readonly deployId: string } };
  readonly taskIds: { readonly healthy: readonly { readonly id: string }[] };
}

/** One that is not `up`'s, so that it may go. */
async function startAgent(t: TestContext, cluster: Cluster): Promise<void> {
  const workDir = mkdtempSync(join(tmpdir(), "tavola-doomed-"));
  const [program = "", ...entry] = tavolaCommand;
  const child = spawn(
    program,
    [
      ...[...entry, "agent", `--master=${new URL(cluster.master).host}`, `--work_dir=${workDir}`],
      ...[
        `--runtime_dir=${join(workDir, "run")}`,
        "--ip=127.0.0.1",
        "--hostname=127.0.0.1",
        "--port=0",
      ],
      ...["--launcher=posix", "--isolation=posix/cpu,posix/mem"],
      "--resources=cpus:2;mem:2048;disk:1024;ports:[31000-31100]",
    ],
    { stdio: "ignore" },
  );
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      // Ends its tasks, too.
      child.kill("SIGUSR1");
      await once(child, "exit");
    }
    rmSync(workDir, { recursive: true, force: true });
  });
}

async function start(
  t: TestContext,
  agents: number,
  configuration: string,
  more: readonly string[] = [],
): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), "tavola-notifications-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "scheduler.yaml");
  writeFileSync(file, configuration);
  const flags = [`--scheduler.config=${file}`, ...more];
  const cluster = await startCluster({ agents, schedulers: 1, arguments: flags });
  t.after(() => cluster.stop());
  return cluster;
}

const owner = "owner@example.com";

test("a service's deploys and health reach its owners by mail, and hooks, with the reason", async (t) => {
  const sink = await startMailSink(t);
  const hook = await startHook(t);
  const cluster = await start(
    t,
    1,
    `
smtp: {host: 127.0.0.1, port: ${sink.port}, groupWindowMs: 500, emails: {DEPLOY_SUCCEEDED: [OWNERS]}}
webhooks: {secrets: [${secret}]}
health: {continuousIntervalSecondsMin: 1}
`,
  );
  const uri = `http://127.0.0.1:${hook.port}/`;
  await call(cluster, "/webhooks", { uri, type: "DEPLOY" });
  const folder = mkdtempSync(join(tmpdir(), "tavola-ill-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const ill = join(folder, "ill");
  const request = { id: "web", requestType: "SERVICE", instances: 2, owners: [owner] };
  await call(cluster, "/requests", request);

  const program = `require("http").createServer((q, r) => r.writeHead(require("fs").existsSync("${ill}") ? 500 : 200).end()).listen(process.env.PORT0)`;
  const deploy = {
    requestId: "web",
    resources: { cpus: 0.1, memoryMb: 64, numPorts: 1, diskMb: 0 },
    healthcheck: { uri: "/", intervalSeconds: 1, maxRetries: 2, continuousFailures: 2 },
  };
  const well = { ...deploy, id: "v1", command: `exec ${process.execPath} -e '${program}'` };
  await call(cluster, "/deploys", { deploy: well });
  const mailOf = (pattern: RegExp) =>
    eventually(`a mail like ${pattern}`, () =>
      sink.mails.find(({ subject }) => pattern.test(subject)),
    );
  const succeeded = await mailOf(/^Deploy v1 of web succeeded$/);
  assert.deepEqual(succeeded.recipients, [owner]);

  const broken = { ...deploy, id: "v2", command: "echo cannot bind the port >&2; sleep 1; exit 3" };
  await call(cluster, "/deploys", { deploy: broken });
  const failed = await mailOf(/^Deploy v2 of web failed/);
  assert.match(failed.raw, /cannot bind the port/);
  assert.match(failed.raw, /What ran before it was not touched/);
  const told = await eventually("the hook to be told of all", () =>
    hook.calls.length >= 4 ? hook.calls : undefined,
  );
  assert.deepEqual(
    told.map(({ event, body }) => {
      const { eventType, deployMarker, deployResult } = body as Record<
        string,
        Record<string, string>
      >;
      return [event, deployMarker?.["deployId"], eventType, deployResult?.["deployState"]].join(
        " ",
      );
    }),
    [
      "DEPLOY v1 STARTING ",
      "DEPLOY v1 FINISHED SUCCEEDED",
      "DEPLOY v2 STARTING ",
      "DEPLOY v2 FINISHED FAILED",
    ],
  );

  const healthyNow = async () =>
    (await call<RequestNow>(cluster, "/requests/request/web")).taskIds.healthy.map(({ id }) => id);
  const before = await eventually("both instances", async () => {
    const healthy = await healthyNow();
    return healthy.length === 2 ? healthy : undefined;
  });
  // Both stop answering. One is replaced; as its replacement is no better, the other is left alone.
  writeFileSync(ill, "");
  const killed = await eventually("a replacement to be killed as well", () => {
    const subjects = sink.mails
      .map(({ subject }) => subject)
      .filter((text) => /^Task killed/.test(text));
    return subjects.length >= 2 ? subjects : undefined;
  });
  const [first] = sink.mails.filter(({ subject }) => subject === killed[0]);
  assert.match(first?.raw ?? "", /does not answer its check any more/);
  assert.equal(before.filter((id) => killed.some((subject) => subject.includes(id))).length, 1);
  const active = await call<readonly { taskId: { id: string } }[]>(cluster, "/tasks/active");
  assert.equal(active.filter(({ taskId }) => before.includes(taskId.id)).length, 1);
  rmSync(ill);
  await eventually("two healthy instances again", async () =>
    (await healthyNow()).length === 2 ? true : undefined,
  );
});

test("a host that is gone is one mail, with all of its tasks", async (t) => {
  const sink = await startMailSink(t);
  const cluster = await start(
    t,
    1,
    `
smtp: {host: 127.0.0.1, port: ${sink.port}, admins: [admin@example.com], groupWindowMs: 1500}
`,
    // Too small for any task: all of them go to the other one.
    ["--agent.resources=cpus:0.01;mem:8;disk:8;ports:[]"],
  );
  await startAgent(t, cluster);
  const ids = Array.from({ length: 8 }, (_, n) => `service-${n}`);
  for (const id of ids) {
    await call(cluster, "/requests", { id, requestType: "WORKER", instances: 1, owners: [owner] });
    const deploy = {
      requestId: id,
      id: "v1",
      command: "exec sleep 1000",
      resources: { cpus: 0.05, memoryMb: 32, numPorts: 0, diskMb: 0 },
      considerHealthyAfterRunningForSeconds: 0,
    };
    await call(cluster, "/deploys", { deploy });
  }
  await eventually("all to run", async () => {
    const states = await Promise.all(
      ids.map((id) => call<RequestNow>(cluster, `/requests/request/${id}`)),
    );
    return states.every(({ taskIds }) => taskIds.healthy.length === 1) ? true : undefined;
  });
  const tasks = await call<
    readonly { taskId: { id: string }; mesosTask: { agentId: { value: string } } }[]
  >(cluster, "/tasks/active");
  const agentIds = new Set(tasks.map(({ mesosTask }) => mesosTask.agentId.value));
  assert.deepEqual([tasks.length, agentIds.size], [8, 1]);
  const [agentId] = agentIds;
  const gone = { type: "MARK_AGENT_GONE", mark_agent_gone: { agent_id: { value: agentId } } };
  const headers = { "Content-Type": "application/json" };
  const post = { method: "POST", headers, body: JSON.stringify(gone) };
  assert.equal((await fetch(`${cluster.master}/api/v1`, post)).status, 200);
  const mail = await eventually("the mail", () =>
    sink.mails.find(({ subject }) => /^8 tasks on 127.0.0.1/.test(subject)),
  );
  assert.deepEqual(mail.recipients, ["admin@example.com"]);
  for (const { taskId } of tasks) assert.ok(mail.raw.includes(taskId.id), taskId.id);
  assert.equal(sink.mails.length, 1, sink.mails.map(({ subject }) => subject).join("\n"));
});

test("a mail server and a hook that hang hold nothing up, and are told after a crash what they missed", async (t) => {
  const silent = await startSilence(t);
  const hook = await startSilence(t);
  const cluster = await start(
    t,
    1,
    `
smtp: {host: 127.0.0.1, port: ${silent.port}, connectTimeoutMs: 1000, retryMsMin: 200, emails: {DEPLOY_SUCCEEDED: [OWNERS]}}
webhooks: {secrets: [${secret}], responseTimeoutMs: 1000, retryMs: 200}
`,
  );
  await call(cluster, "/webhooks", { uri: `http://127.0.0.1:${hook.port}/`, type: "DEPLOY" });
  const request = { id: "plain", requestType: "WORKER", instances: 1, owners: [owner] };
  await call(cluster, "/requests", request);
  const deploy = {
    ...{ requestId: "plain", command: "exec sleep 1000", considerHealthyAfterRunningForSeconds: 0 },
    resources: { cpus: 0.05, memoryMb: 32, numPorts: 0, diskMb: 0 },
  };
  const succeeded = (id: string) =>
    eventually(`deploy ${id} to succeed`, async () => {
      const parent = await call<RequestNow>(cluster, "/requests/request/plain");
      return parent.requestDeployState?.activeDeploy?.deployId === id ? true : undefined;
    });
  for (const id of ["v1", "v2", "v3"]) {
    await call(cluster, "/deploys", { deploy: { ...deploy, id } });
    await succeeded(id);
  }
  await eventually("both to be hanging", () => (silent.isAsked() && hook.isAsked()) || undefined);

  process.kill(cluster.pidOf("scheduler") ?? 0, "SIGKILL");
  await Promise.all([silent.end(), hook.end()]);
  const sink = await startMailSink(t, silent.port);
  const listener = await startHook(t, hook.port);
  await eventually(
    "all mails and calls",
    () => (sink.mails.length >= 3 && listener.calls.length >= 6 ? true : undefined),
    { boundMs: 30_000 },
  );
  assert.deepEqual(sink.mails.map(({ subject }) => subject).sort(), [
    "Deploy v1 of plain succeeded",
    "Deploy v2 of plain succeeded",
    "Deploy v3 of plain succeeded",
  ]);
  assert.deepEqual(
    listener.calls.map(({ body }) => {
      const { eventType, deployMarker } = body as Record<string, Record<string, string>>;
      return `${deployMarker?.["deployId"]} ${eventType}`;
    }),
    ["v1 STARTING", "v1 FINISHED", "v2 STARTING", "v2 FINISHED", "v3 STARTING", "v3 FINISHED"],
  );
});

/** A server that takes connections and says nothing. */
async function startSilence(t: TestContext) {
  const sockets = new Set<Socket>();
  let isAsked = false;
  const server = createServer((socket) => {
    isAsked = true;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.resume();
  });
  const port = await listen(t, server);
  return {
    port,
    isAsked: () => isAsked,
    async end(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
