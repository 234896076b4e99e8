/** What we make of a HAProxy that answers, that does not, and that answers half. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { RuntimeConsole } from "./runtime-console.ts";
import { RuntimeSocket } from "./runtime-socket.ts";

/** A runtime API that does this with each line. */
async function runtime(
  context: TestContext,
  heard: (line: string, socket: Socket) => void,
): Promise<RuntimeSocket> {
  const folder = await mkdtemp(join(tmpdir(), "tavola-haproxy-"));
  const path = join(folder, "socket");
  const server = createServer((socket) => {
    socket.on("data", (line) => heard(line.toString(), socket));
    socket.on("error", () => {});
  });
  server.listen({ path });
  await once(server, "listening");
  context.after(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return new RuntimeSocket(path, 50);
}

test("tell() sends what fits as one line, and says what was said beside the version", async (context) => {
  const lines: string[] = [];
  const socket = await runtime(context, (line, from) => {
    lines.push(line);
    from.end("No such server.\n\n2.6.12\n\n");
  });
  assert.deepEqual(await socket.tell(["a", "b"]), ["No such server."]);
  assert.deepEqual(lines, ["a;b;show version\n"]);
});

test("tell() rejects when the answer ends before its end", async (context) => {
  const socket = await runtime(context, (_line, from) => from.end("New server registered.\n"));
  await assert.rejects(socket.tell(["a"]), { code: "HAPROXY_AWAY" });
});

test("ask() rejects when nothing is answered, and when nobody listens", async (context) => {
  const socket = await runtime(context, () => {});
  await assert.rejects(socket.ask("show info"), { code: "HAPROXY_AWAY" });
  const nowhere = new RuntimeSocket(`${socket.path}-nowhere`);
  await assert.rejects(nowhere.ask("show info"), { code: "HAPROXY_AWAY" });
});

test("a console answers each question with its own answer, however it comes in pieces", async (context) => {
  const socket = await runtime(context, (line, from) => {
    for (const word of line.trim().split(";")) {
      from.write(word === "prompt" ? "\n" : `answer to ${word}`);
      from.write(word === "prompt" ? "> " : "\n\n> ");
    }
  });
  const opened = await RuntimeConsole.open(socket);
  const answers = await Promise.all([opened.ask("one"), opened.ask("two")]);
  assert.deepEqual(answers, ["answer to one\n", "answer to two\n"]);
  opened.close();
  await assert.rejects(opened.ask("three"), { code: "HAPROXY_AWAY" });
});

test("a console is not opened to who says nothing, and ends with who closes", async (context) => {
  const silent = await runtime(context, () => {});
  await assert.rejects(RuntimeConsole.open(silent), { code: "HAPROXY_AWAY" });
  const closing = await runtime(context, (line, from) => {
    if (line === "prompt\n") from.write("\n> ");
    else from.end("half an ans");
  });
  const opened = await RuntimeConsole.open(closing);
  await assert.rejects(opened.ask("show info"), { code: "HAPROXY_AWAY" });
});
