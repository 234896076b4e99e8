import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { CodedError } from "@tavola/base";
import { simulatedClock, systemClock } from "@tavola/host";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { waitUntil } from "../testing/wait-until.ts";
import { runGit } from "./run-git.ts";
import { hasGit } from "./testing/git-repository.ts";

const skip = hasGit ? false : "git is not installed";
const { signal } = new AbortController();
const run = { environment: process.env, clock: systemClock(), signal, timeoutMs: 30_000 };

test("runGit() gives up a server that accepts and never answers, and ssh or curl with it", {
  skip,
}, async (context) => {
  const sockets: Socket[] = [];
  let isClosed = false;
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      isClosed = true;
    });
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  const clock = simulatedClock();
  const { port } = server.address() as AddressInfo;
  const args = ["ls-remote", "--", `http://127.0.0.1:${port}/x.git`, "refs/heads/main"];
  const asking = runGit({ ...run, environment: { PATH: process.env["PATH"] }, clock, args });
  const ended = assert.rejects(asking, (error: CodedError) => {
    assert.equal(error.code, "GIT_FAILED");
    assert.match(error.message, /git ls-remote did not end within 30000 ms/);
    return true;
  });
  await waitUntil(() => sockets.length > 0, "git to connect");
  clock.advance(30_000);
  await ended;
  await waitUntil(() => isClosed, "the connection to be closed");
});

test("runGit() ends with its signal", { skip }, async () => {
  const stop = new AbortController();
  const waiting = runGit({ ...run, signal: stop.signal, args: ["cat-file", "--batch"] });
  stop.abort();
  await assert.rejects(waiting, { code: "ABORTED" });
  await assert.rejects(runGit({ ...run, signal: stop.signal, args: ["--version"] }), {
    code: "ABORTED",
  });
});

test("runGit() bounds what it keeps of the output, and says what git said", {
  skip,
}, async (context) => {
  const folder = await temporaryFolder(context);
  await assert.rejects(runGit({ ...run, args: ["help", "-a"], outputBytesMax: 10 }), {
    message: "git help wrote more than 10 bytes",
  });
  await assert.rejects(runGit({ ...run, args: [`--git-dir=${folder}`, "log"] }), {
    message: /^git log: fatal: not a git repository/,
  });
});

test("runGit() says when there is no git", async () => {
  const environment = { PATH: "/nonexistent" };
  const missing = runGit({ ...run, environment, args: ["--version"] });
  await assert.rejects(
    missing,
    (error) => error instanceof CodedError && error.code === "GIT_MISSING",
  );
});
