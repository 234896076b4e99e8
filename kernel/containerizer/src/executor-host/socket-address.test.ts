import assert from "node:assert/strict";
import { mkdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { createHttpClient, serveUnixSocket } from "@tavola/host";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import { socketAddress } from "./socket-address.ts";

test("socketAddress() leaves a path alone that fits", () => {
  assert.equal(socketAddress("/run/tavola/host.sock"), "/run/tavola/host.sock");
});

test("a socket in a directory with a long path can be listened on and connected to", async (t) => {
  const directory = join(temporaryDirectory(t), "d".repeat(120));
  mkdirSync(directory);
  const address = socketAddress(join(directory, "host.sock"));
  assert.ok(address.length < 107);
  assert.equal(realpathSync(dirname(address)), realpathSync(directory));
  const server = await serveUnixSocket(address, () => ({ status: 204 }));
  const http = createHttpClient();
  const socketPath = socketAddress(join(directory, "host.sock"));
  const { status } = await http.request({ method: "GET", url: "http://host/", socketPath });
  assert.equal(status, 204);
  await http.close();
  await server.close();
});
