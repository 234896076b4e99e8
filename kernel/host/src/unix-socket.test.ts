/** HTTP on a Unix socket, with our own client. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createHttpClient } from "./http-client.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";
import { serveUnixSocket } from "./unix-socket.ts";

test("serveUnixSocket() answers requests, only its owner may connect, and it is gone after close()", async (context) => {
  const socketPath = join(await temporaryFolder(context), "s.sock");
  const server = await serveUnixSocket(socketPath, async (request) => ({
    status: 200,
    body: `${request.path} ${await request.body()}`,
  }));
  const client = createHttpClient();
  const answer = await client.request({
    method: "POST",
    url: "http://localhost/launch",
    socketPath,
    body: "x",
  });
  assert.equal(Buffer.from(await answer.body()).toString(), "/launch x");
  assert.equal((await stat(socketPath)).mode & 0o777, 0o600);
  await client.close();
  await server.close();
  await assert.rejects(stat(socketPath), { code: "ENOENT" });
});

test("serveUnixSocket() replaces a socket that its process left behind", async (context) => {
  const socketPath = join(await temporaryFolder(context), "s.sock");
  const left = spawnSync(process.execPath, [
    "-e",
    `require("net").createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, "SIGKILL"))`,
  ]);
  assert.equal(left.signal, "SIGKILL");
  assert.ok((await stat(socketPath)).isSocket());
  const server = await serveUnixSocket(socketPath, () => ({ status: 200 }));
  await server.close();
});

test("serveUnixSocket() replaces neither a living one nor what is no socket", async (context) => {
  const folder = await temporaryFolder(context);
  const socketPath = join(folder, "s.sock");
  const server = await serveUnixSocket(socketPath, () => ({ status: 200 }));
  await assert.rejects(
    serveUnixSocket(socketPath, () => ({ status: 200 })),
    {
      code: "CANNOT_LISTEN",
      message: /somebody already does/,
    },
  );
  await server.close();
  await writeFile(join(folder, "file"), "precious");
  await assert.rejects(
    serveUnixSocket(join(folder, "file"), () => ({ status: 200 })),
    {
      code: "CANNOT_LISTEN",
      message: /no socket/,
    },
  );
  await assert.rejects(
    serveUnixSocket(join(folder, "x".repeat(120)), () => ({ status: 200 })),
    {
      code: "CANNOT_LISTEN",
      message: /longer than 107 bytes/,
    },
  );
});
