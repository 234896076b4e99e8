/** Checks over HTTP, HTTPS and TCP of real servers and ports of this machine. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { checked, folder, soon, statusOf } from "../testing/checked-task.ts";

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
