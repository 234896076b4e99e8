import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { type HttpHandler, ServedFiles } from "@tavola/host";
import { master, parseMessageJson } from "@tavola/protocol";
import fc from "fast-check";
import { operatorFixture } from "../testing/operator-fixture.ts";
import { ask } from "../testing/requests.ts";

let folder = "";
let handle: HttpHandler;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "tavola-files-"));
  await writeFile(join(folder, "log"), "one line\n");
  const files = new ServedFiles();
  await files.attach(folder, "/master/logs");
  ({ handle } = operatorFixture({ files }));
});

after(() => rm(folder, { recursive: true }));

async function call(body: object) {
  const headers = { "Content-Type": "application/json" };
  return ask(handle, "/api/v1", { method: "POST", headers, body: JSON.stringify(body) });
}

test("LIST_FILES lists an attached folder as /files/browse does", async () => {
  const { text } = await call({ type: "LIST_FILES", list_files: { path: "/master/logs" } });
  const [info] = parseMessageJson(master.Response, text).value?.list_files?.file_infos ?? [];
  assert.equal(info?.path, "/master/logs/log");
  assert.equal(info?.size, 9);
  const browsed = await ask(handle, "/files/browse?path=/master/logs");
  const [entry] = JSON.parse(browsed.text) as { path: string; mtime: number; uid: string }[];
  assert.equal(entry?.path, info?.path);
  assert.equal(BigInt(entry?.mtime ?? 0) * 1_000_000_000n, info?.mtime?.nanoseconds);
  assert.equal(entry?.uid, info?.uid);
});

test("READ_FILE gives bytes from an offset, and the size of the whole file", async () => {
  const part = { path: "/master/logs/log", offset: 4, length: 4 };
  const { text } = await call({ type: "READ_FILE", read_file: part });
  assert.equal(
    text,
    `{"type":"READ_FILE","read_file":{"size":9,"data":"${Buffer.from("line").toString("base64")}"}}`,
  );
});

test("LIST_FILES and READ_FILE refuse what is not there or no file", async () => {
  const list = await call({ type: "LIST_FILES", list_files: { path: "/master/none" } });
  assert.equal(list.status, 404);
  const outside = { path: "/master/logs/../../etc/passwd", offset: 0 };
  const read = await call({ type: "READ_FILE", read_file: outside });
  assert.ok([400, 404].includes(read.status));
  const directory = { path: "/master/logs", offset: 0 };
  const refused = await call({ type: "READ_FILE", read_file: directory });
  assert.deepEqual([refused.status, refused.text], [400, "Cannot read a directory.\n"]);
});

test("/files/* are there below /master too", async () => {
  const target = "/files/read?path=/master/logs/log&offset=0";
  assert.equal((await ask(handle, target)).text, '{"data":"one line\\n","offset":0}');
  assert.equal((await ask(handle, `/master${target}`)).text, '{"data":"one line\\n","offset":0}');
});

test("/files/* answer any query with 200, 400 or 404 and never with another file", async () => {
  const path = fc.oneof(
    fc.string(),
    fc.constantFrom("/master/logs/log", "/master/logs", "/master/logs/../x", "/etc/passwd", ""),
  );
  const number = fc.oneof(fc.integer().map(String), fc.string(), fc.constant("-1"));
  const query = fc.record({ path, offset: number, length: number }, { requiredKeys: [] });
  const verb = fc.constantFrom("browse", "read", "debug");
  await fc.assert(
    fc.asyncProperty(verb, query, async (what, parameters) => {
      const search = new URLSearchParams(parameters as Record<string, string>);
      const { status, text } = await ask(handle, `/files/${what}?${search}`);
      assert.ok([200, 400, 404].includes(status), `${status} ${text}`);
      assert.ok(!text.includes("root:"));
    }),
    { numRuns: 300 },
  );
});
