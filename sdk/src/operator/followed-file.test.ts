import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@tavola/base";
import { agent, encodeMessage } from "@tavola/protocol";
import { decodeAs } from "../api-request.ts";
import { connectionRefused, ScriptedHttp } from "../testing/scripted-http.ts";
import { steppedClock } from "../testing/settle.ts";
import { createAgentClient } from "./agent-client.ts";
import { followFile } from "./followed-file.ts";

/** An agent that holds one file, and gives at most 4 bytes at a time. */
function stage() {
  const file = { content: undefined as string | undefined, reads: 0, isAway: false };
  const clock = steppedClock();
  const http = new ScriptedHttp((request) => {
    const body = Buffer.from(request.body ?? "");
    const { read_file } = decodeAs("protobuf", agent.Call, body).value ?? {};
    assert.equal(read_file?.path, "/s/stdout");
    file.reads += 1;
    if (file.isAway) throw connectionRefused(request.url);
    if (file.content === undefined) return { status: 404, body: "no such file" };
    const data = Buffer.from(file.content).subarray(read_file.offset, read_file.offset + 4);
    const read = { size: file.content.length, data };
    return {
      status: 200,
      body: encodeMessage(agent.Response, { type: "READ_FILE", read_file: read }),
    };
  });
  const world = { clock, http, random: seededRandom(1) };
  return { file, clock, agent: createAgentClient({ agent: "127.0.0.1:5051", world }) };
}

async function collect(pieces: AsyncIterable<Uint8Array>, into: { text: string }): Promise<void> {
  for await (const piece of pieces) into.text += Buffer.from(piece).toString("utf8");
}

test("followFile() gives what is there, what comes, and the rest once it is complete", async () => {
  const { file, clock, agent: client } = stage();
  const complete = new AbortController();
  const seen = { text: "" };
  const path = "/s/stdout";
  const done = collect(followFile(client, { path, complete: complete.signal }), seen);
  await clock.step(100);
  assert.equal(seen.text, "", "a file that is not there yet is no error");
  file.content = "hello world\n";
  await clock.step(500);
  assert.equal(seen.text, "hello world\n");
  file.content += "and the end";
  complete.abort();
  await done;
  assert.equal(seen.text, "hello world\nand the end");
});

test("followFile() asks less and less often while nothing comes", async () => {
  const { file, clock, agent: client } = stage();
  file.content = "";
  const ending = new AbortController();
  const { signal } = ending;
  const never = new AbortController().signal;
  const done = collect(followFile(client, { path: "/s/stdout", complete: never, signal }), {
    text: "",
  });
  await clock.step(1000);
  assert.ok(file.reads >= 5 && file.reads <= 12, `${file.reads} reads in the first second`);
  const before = file.reads;
  await clock.step(10_000);
  assert.ok(file.reads - before <= 26, `${file.reads - before} reads in the next ten`);
  ending.abort();
  await done;
});

test("followFile() begins at an offset", async () => {
  const { file, agent: client } = stage();
  file.content = "0123456789";
  const seen = { text: "" };
  const complete = AbortSignal.abort();
  await collect(followFile(client, { path: "/s/stdout", offset: 7, complete }), seen);
  assert.equal(seen.text, "789");
});

test("followFile() says so when the file was never there", async () => {
  const { agent: client } = stage();
  const complete = AbortSignal.abort();
  await assert.rejects(collect(followFile(client, { path: "/s/stdout", complete }), { text: "" }), {
    code: "CALL_REFUSED",
    details: { status: 404, call: "READ_FILE", reason: "no such file" },
  });
});

test("followFile() bears an agent that is away for a while, but not for ever", async () => {
  const { file, clock, agent: client } = stage();
  file.content = "before";
  const complete = new AbortController();
  const seen = { text: "" };
  const path = "/s/stdout";
  const done = collect(followFile(client, { path, complete: complete.signal }), seen);
  await clock.step(100);
  file.isAway = true;
  await clock.step(5000);
  file.content += " and after";
  file.isAway = false;
  await clock.step(500);
  file.isAway = true;
  complete.abort();
  await clock.step(1000);
  file.isAway = false;
  await clock.step(1000);
  await done;
  assert.equal(seen.text, "before and after");
  file.isAway = true;
  const failing = collect(followFile(client, { path, complete: complete.signal }), seen);
  failing.catch(() => undefined);
  await clock.step(12_000);
  await assert.rejects(failing, { code: "CONNECTION_REFUSED" });
});
