/**
 * Instances with TLS that an authority of this machine vouches for, by their name and by their address. The
 * authority is named before anything asks for it: a process reads the system's list once. HAProxy reads a
 * folder of the system's, which no test changes: of it only what it hands on is asked.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createServer } from "node:tls";
import type { DataPlane } from "./data-plane.ts";
import { createHaproxyPlane } from "./haproxy/haproxy-plane.ts";
import { haproxyBinary, haproxyMissing } from "./haproxy/testing/find-haproxy.ts";
import { createInProcessPlane } from "./in-process/create-in-process-plane.ts";
import type { PlaneOptions } from "./plane-options.ts";
import { request } from "./testing/contract-test.ts";
import { planeFixture } from "./testing/plane-fixture.ts";
import { plainAnswer } from "./testing/raw-backend.ts";
import { certificateFolder } from "./testing/test-certificates.ts";

const folder = await certificateFolder();
await folder?.write("trusted", ["localhost", "127.0.0.1"]);
await folder?.write("stranger", ["localhost", "127.0.0.1"]);
process.env["SSL_CERT_FILE"] = join(folder?.path ?? "", "trusted.pem");
const skip = folder === undefined ? "openssl is not installed" : false;

test.after(() => folder?.remove());

/** Its port. */
async function startSecure(context: TestContext, file: string): Promise<number> {
  const pem = await readFile(join(folder?.path ?? "", `${file}.pem`), "utf8");
  const server = createServer({ cert: pem, key: pem }, (socket) => {
    socket.on("data", () => socket.write(plainAnswer("secure")));
    socket.on("error", () => {});
    context.after(() => socket.destroy());
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  return (server.address() as { readonly port: number }).port;
}

async function statusesOf(
  context: TestContext,
  create: (options: PlaneOptions) => Promise<DataPlane>,
  uris: readonly string[],
): Promise<readonly number[]> {
  const plane = await planeFixture(context, create);
  assert.ok(plane !== undefined);
  await plane.rules("REQUEST_URI=/* passthru web");
  const statuses: number[] = [];
  for (const uri of uris) {
    await plane.serve({ web: [{ uri }] });
    const asked = plane.client();
    asked.write(request("/x", "Connection: close\r\n"));
    const { status, body } = await asked.answer();
    if (status === 200) assert.equal(body, "secure");
    statuses.push(status);
    const [health] = plane.plane.health();
    assert.ok(health?.state === "up" || health?.state === "starting", health?.reason);
  }
  return statuses;
}

test("in process: the system's authorities are trusted, and no others", {
  skip,
}, async (context) => {
  const [trusted, stranger] = [
    await startSecure(context, "trusted"),
    await startSecure(context, "stranger"),
  ];
  const hosts = ["localhost", "127.0.0.1"];
  const uris = [trusted, stranger].flatMap((port) =>
    hosts.map((host) => `https://${host}:${port}`),
  );
  const statuses = await statusesOf(context, createInProcessPlane, uris);
  assert.deepEqual(statuses, [200, 200, 503, 503]);
});

test("by HAProxy: an instance with TLS at an address is handed on", {
  skip: skip || haproxyMissing,
}, async (context) => {
  const ports = [await startSecure(context, "trusted"), await startSecure(context, "stranger")];
  const work = await mkdtemp(join(tmpdir(), "tavola-haproxy-"));
  context.after(() => rm(work, { recursive: true, force: true }));
  const create = (options: PlaneOptions): Promise<DataPlane> =>
    createHaproxyPlane({ ...options, folder: work, binary: haproxyBinary });
  const uris = ports.map((port) => `https://127.0.0.1:${port}`);
  assert.deepEqual(await statusesOf(context, create, uris), [200, 503]);
});
