/** What HAProxy's plane does when a process dies, hangs or cannot be started, and what it leaves behind. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { connectClient, type RawClient } from "../testing/raw-client.ts";
import { certificateFolder } from "../testing/test-certificates.ts";
import { waitFor } from "../testing/wait-for.ts";
import {
  type Answer,
  ask,
  backend,
  drivenPlane,
  haproxiesIn,
  onlyHaproxyIn,
} from "./testing/driven-plane.ts";
import { haproxyBinary, haproxyMissing } from "./testing/find-haproxy.ts";

const skip = haproxyMissing;

test("a killed HAProxy is started again and knows the instances", { skip }, async (context) => {
  const { plane, rules, serve, folder } = await drivenPlane(context);
  await rules("REQUEST_URI=/* passthru web");
  await serve(await backend(context, "a"));
  assert.equal((await ask(plane, "/x")).body, "a");
  const pid = await onlyHaproxyIn(folder);
  process.kill(pid, "SIGKILL");
  await waitFor(
    () => haproxiesIn(folder).some((each) => each !== pid),
    () => "another process",
  );
  let answer: Answer | undefined;
  while (answer === undefined) answer = await ask(plane, "/x").catch(() => undefined);
  assert.equal(answer.body, "a");
});

/** What is run in HAProxy's stead: a script, in a folder of the test's own. */
async function scriptedBinary(
  context: TestContext,
  scriptIn: (folder: string) => string,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tavola-haproxy-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const binary = join(folder, "haproxy");
  await writeFile(binary, `#!/bin/sh\n${scriptIn(folder)}\n`);
  await chmod(binary, 0o755);
  return binary;
}

/** A HAProxy that does not start while there is a file. */
async function slowBinary(context: TestContext): Promise<{ binary: string; gate: string }> {
  const binary = await scriptedBinary(
    context,
    (folder) => `while [ -e ${folder}/gate ]; do sleep 0.01; done\nexec ${haproxyBinary} "$@"`,
  );
  return { binary, gate: join(dirname(binary), "gate") };
}

test("who connects while a killed HAProxy is started again waits, and is served as himself", {
  skip,
}, async (context) => {
  const { binary, gate } = await slowBinary(context);
  const { plane, rules, serve, folder } = await drivenPlane(context, { binary });
  const uri = await backend(context, "", (request, response) => {
    response.end(String(request.headers["x-forwarded-for"]));
  });
  await rules("REQUEST_URI=/* passthru web");
  await serve(uri);
  const pid = await onlyHaproxyIn(folder);
  await writeFile(gate, "");
  process.kill(pid, "SIGKILL");
  await waitFor(
    () => !haproxiesIn(folder).includes(pid),
    () => "its death",
  );
  const held = await connected(plane.urls[0] as string);
  held.write("GET /x HTTP/1.1\r\nhost: www.example.com\r\n\r\n");
  await rm(gate);
  const answer = await held.answer();
  assert.equal(answer.status, 200);
  assert.equal(answer.body, "127.0.0.1");
  // Its connection goes on, and new ones are no longer ours.
  held.write("GET /x HTTP/1.1\r\nhost: www.example.com\r\n\r\n");
  assert.equal((await held.answer()).status, 200);
  assert.equal((await ask(plane, "/x")).body, "127.0.0.1");
  held.socket.destroy();
});

/** Refused until its death is known to the plane, too. */
async function connected(url: string): Promise<RawClient> {
  for (;;) {
    const client = connectClient(url);
    const isConnected = await once(client.socket, "connect").then(
      () => true,
      () => false,
    );
    if (isConnected) return client;
  }
}

/** No test waits so long: who waits for the end of it fails. */
const drainMs = 3_600_000;

test("close() does not wait for clients that only keep a connection", { skip }, async (context) => {
  const { plane, rules, serve } = await drivenPlane(context);
  await rules("REQUEST_URI=/* passthru web");
  await serve(await backend(context, "a"));
  const agent = new Agent({ keepAlive: true });
  context.after(() => agent.destroy());
  await ask(plane, "/x", agent);
  await plane.close({ drainMs });
});

test("close() waits for requests that run, of former rules too", { skip }, async (context) => {
  const { plane, rules, serve } = await drivenPlane(context);
  const running: (() => void)[] = [];
  const uri = await backend(context, "", (_request, response) => {
    running.push(() => response.end("done"));
  });
  await rules("REQUEST_URI=/* passthru web");
  await serve(uri);
  const former = ask(plane, "/x");
  await waitFor(
    () => running.length === 1,
    () => "the first request",
  );
  await rules("REQUEST_URI=/* passthru web timeout=30s");
  const latter = ask(plane, "/x");
  await waitFor(
    () => running.length === 2,
    () => "the second request",
  );
  const closed = plane.close({ drainMs });
  // Whoever connects now is refused: it finishes.
  await waitForRefusal(plane.urls[0] as string);
  for (const end of running) end();
  const answers: readonly Answer[] = await Promise.all([former, latter]);
  assert.deepEqual(
    answers.map(({ body }) => body),
    ["done", "done"],
  );
  await closed;
});

async function waitForRefusal(url: string): Promise<void> {
  for (;;) {
    const { socket } = connectClient(url);
    const isRefused = await once(socket, "connect").then(
      () => false,
      () => true,
    );
    socket.destroy();
    if (isRefused) return;
  }
}

test("a HAProxy that does not answer is ended, and another takes the change", {
  skip,
}, async (context) => {
  const { plane, rules, serve, folder } = await drivenPlane(context, { answerMs: 200 });
  await rules("REQUEST_URI=/* passthru web");
  await serve(await backend(context, "a"));
  const pid = await onlyHaproxyIn(folder);
  process.kill(pid, "SIGSTOP");
  await serve(await backend(context, "b"));
  assert.equal((await ask(plane, "/x")).body, "b");
  assert.equal(haproxiesIn(folder).includes(pid), false);
});

test("rules that cannot be written are refused, and the former process stays", {
  skip,
}, async (context) => {
  const { plane, rules, folder } = await drivenPlane(context);
  await rules("REQUEST_URI=/* respond 200 former");
  const pid = await onlyHaproxyIn(folder);
  // Where the next generation's folder would be, as a disk that is full has none either.
  const next = Math.max(...generationsIn(folder)) + 1;
  await writeFile(join(folder, String(next)), "");
  await assert.rejects(rules("REQUEST_URI=/* respond 200 latter"), { code: "HAPROXY_FILES" });
  assert.equal((await ask(plane, "/x")).body, "former");
  assert.deepEqual(haproxiesIn(folder), [pid]);
  await rules("REQUEST_URI=/* respond 200 latter");
  assert.equal((await ask(plane, "/x")).body, "latter");
});

test("a change that can neither be told nor begun with is told later", {
  skip,
}, async (context) => {
  const { plane, rules, serve, folder } = await drivenPlane(context, { answerMs: 200 });
  await rules("REQUEST_URI=/* passthru web");
  await serve(await backend(context, "a"));
  process.kill(await onlyHaproxyIn(folder), "SIGSTOP");
  await writeFile(join(folder, String(Math.max(...generationsIn(folder)) + 1)), "");
  await assert.rejects(serve(await backend(context, "b")), { code: "HAPROXY_FILES" });
  assert.equal((await ask(plane, "/x")).body, "b");
});

function generationsIn(folder: string): readonly number[] {
  return readdirSync(folder).map(Number).filter(Number.isInteger);
}

test("changes leave no process, folder or descriptor behind", { skip }, async (context) => {
  const { plane, rules, serve, folder } = await drivenPlane(context);
  const uris = await Promise.all(["a", "b", "c"].map((name) => backend(context, name)));
  const agent = new Agent({ keepAlive: true });
  context.after(() => agent.destroy());
  const change = async (at: number): Promise<void> => {
    await rules(`REQUEST_URI=/* passthru web timeout=${at + 1}s`);
    await serve(...uris.toSpliced(at % 3, 1));
    assert.equal((await ask(plane, "/x", agent)).status, 200);
  };
  const rest = async (): Promise<number> => {
    agent.destroy();
    await onlyHaproxyIn(folder);
    assert.equal(generationsIn(folder).length, 1);
    return readdirSync("/proc/self/fd").length;
  };
  await change(0);
  const before = await rest();
  for (let at = 1; at < 10; at += 1) await change(at);
  await rest();
  await waitFor(
    () => readdirSync("/proc/self/fd").length <= before,
    () => `descriptors, which were ${before} and are ${readdirSync("/proc/self/fd").length}`,
  );
  await plane.close({ drainMs: 0 });
  assert.equal(existsSync(folder), false);
});

test("another front door in its folder, or on its port, is refused, and harms nothing", {
  skip,
}, async (context) => {
  const { plane, rules, folder } = await drivenPlane(context);
  await rules("REQUEST_URI=/* respond 200 first");
  const port = Number(new URL(plane.urls[0] as string).port);
  const listen = { ip: "127.0.0.1", httpPort: port, httpsPort: undefined, certificates: [] };
  await assert.rejects(drivenPlane(context, { folder }), { code: "HAPROXY_FOLDER" });
  // HAProxy itself would share it with the first.
  await assert.rejects(drivenPlane(context, { listen }), { code: "LISTEN_FAILED" });
  await rules("REQUEST_URI=/* respond 200 still");
  assert.equal((await ask(plane, "/x")).body, "still");
});

test("what is in its folder may be removed: the next change brings all of it back", {
  skip,
}, async (context) => {
  const own = await certificateFolder();
  if (own === undefined) return context.skip("there is no openssl");
  context.after(() => own.remove());
  await own.write("a", ["www.example.com"]);
  const listen = { ip: "127.0.0.1", httpPort: 0, httpsPort: 0, certificates: [own.path] };
  const { plane, rules, folder } = await drivenPlane(context, { listen });
  await rules("REQUEST_URI=/* respond 200 former");
  await rm(folder, { recursive: true });
  await rules("REQUEST_URI=/* respond 200 latter");
  assert.equal((await ask(plane, "/x")).body, "latter");
});

test("more servers than descriptors: a HAProxy starts with all of them", {
  skip,
}, async (context) => {
  const binary = await scriptedBinary(context, () => `ulimit -n 256\nexec ${haproxyBinary} "$@"`);
  const { plane, rules, serve } = await drivenPlane(context, { binary });
  await rules("REQUEST_URI=/* passthru web");
  const uri = await backend(context, "a");
  await serve(...Array.from({ length: 300 }, (_, at) => `${uri}?${at}`));
  await rules("REQUEST_URI=/* passthru web timeout=5s");
  assert.equal((await ask(plane, "/x")).body, "a");
});
