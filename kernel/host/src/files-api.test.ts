/** `/files/*` against what a real Mesos answered, and against those who want out of their sandbox. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openEndpoint } from "./endpoint.ts";
import { createFilesApi } from "./files-api.ts";
import { createRouter } from "./http-router.ts";
import { silentLogger } from "./logger.ts";
import { ServedFiles, type ServedFilesOptions } from "./served-files.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function serve(context: TestContext, options?: ServedFilesOptions) {
  const folder = await temporaryFolder(context);
  await mkdir(join(folder, "sandbox/sub"), { recursive: true });
  await mkdir(join(folder, "sandbox-other"));
  await writeFile(join(folder, "secret"), "secret");
  await writeFile(join(folder, "sandbox-other/secret"), "secret");
  await writeFile(join(folder, "sandbox/stdout"), "hello world\n");
  await writeFile(join(folder, "sandbox/sub/inner.json"), "{}");
  const files = new ServedFiles(options);
  await files.attach(join(folder, "sandbox"), "/sandbox");
  const endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    logger: silentLogger,
    onRequest: createRouter({ delegate: "slave(1)", routes: createFilesApi(files) }),
  });
  context.after(() => endpoint.close());
  const ask = async (target: string): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${endpoint.port}/files/${target}`);
    const body = Buffer.from(await response.arrayBuffer()).toString("latin1");
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  };
  return { folder, files, ask };
}

/** Status, headers and body of a recorded answer. */
function recorded(name: string): Answer {
  const text = readFileSync(join(import.meta.dirname, `../testdata/${name}.txt`), "latin1");
  const [head = "", body = ""] = text.replaceAll("\r\n", "\n").split(/\n\n(.*)/s);
  const [status = "", ...lines] = head.split("\n");
  const headers = lines.map((line) => line.split(": ") as [string, string]);
  return {
    status: Number(status.split(" ")[1]),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    body,
  };
}

function assertLike(answer: Answer, name: string): void {
  const expected = recorded(name);
  assert.equal(answer.status, expected.status);
  assert.equal(answer.body, expected.body);
  for (const header of ["content-type", "content-length", "content-disposition"]) {
    assert.equal(answer.headers[header], expected.headers[header], header);
  }
}

test("read, download and their refusals are those recorded from a real Mesos", async (context) => {
  const { folder, ask } = await serve(context);
  await writeFile(join(folder, "sandbox/stdout"), "");
  assertLike(await ask("read?path=/sandbox/stdout&offset=0"), "agent-files-read");
  assertLike(await ask("read?path=/sandbox/stdout&offset=-1"), "agent-files-read-tail");
  assertLike(await ask("read"), "agent-files-read-400");
  assertLike(await ask("read?path=/sandbox/none&offset=0"), "agent-files-read-404");
  assertLike(await ask("download?path=/sandbox/stdout"), "agent-files-download");
});

test("browse lists a directory as a real Mesos does", async (context) => {
  const { folder, ask } = await serve(context);
  const entry = JSON.parse(recorded("agent-files-browse").body)[0];
  await utimes(join(folder, "sandbox/stdout"), 1_795_210_623, 1_795_210_623.9);
  const answer = await ask("browse?path=/sandbox/");
  assert.equal(answer.headers["content-type"], "application/json");
  const listing = JSON.parse(answer.body);
  assert.deepEqual(Object.keys(listing[0]), Object.keys(entry));
  assert.deepEqual(
    listing.map(({ path, mode }: { path: string; mode: string }) => [path, mode]),
    [
      ["/sandbox/stdout", "-rw-r--r--"],
      ["/sandbox/sub", "drwxr-xr-x"],
    ],
  );
  assert.match(answer.body, /"mtime":1795210623\.0,"nlink":1,"path":"\/sandbox\/stdout","size":12/);
  for (const [key, value] of Object.entries(entry)) {
    assert.equal(typeof listing[0][key], typeof value, key);
  }
  // The cases of FilesTest.BrowseTest.
  assert.deepEqual(JSON.parse((await ask("browse?path=/sandbox/sub")).body).length, 1);
  assert.equal((await ask("browse?path=/sandbox/stdout")).body, "[]");
  assert.equal((await ask("browse?path=/missing")).status, 404);
  assert.equal((await ask("browse")).body, "Expecting 'path=value' in query.\n");
  assert.equal((await ask("browse?path=")).status, 400);
});

test("read keeps offset and length as FilesTest.ReadTest has them", async (context) => {
  const { ask } = await serve(context);
  const cases: [string, number, string][] = [
    ["offset=0", 200, '{"data":"hello world\\n","offset":0}'],
    ["offset=6&length=3", 200, '{"data":"wor","offset":6}'],
    ["offset=0&length=-1", 200, '{"data":"hello world\\n","offset":0}'],
    ["offset=12", 200, '{"data":"","offset":12}'],
    ["offset=99", 200, '{"data":"","offset":99}'],
    ["offset=3&length=0", 200, '{"data":"","offset":3}'],
    ["offset=-1", 200, '{"data":"","offset":12}'],
    ["length=5", 200, '{"data":"","offset":12}'],
    ["offset=hello", 400, "Failed to parse offset: Failed to convert 'hello' to number.\n"],
    ["length=hello", 400, "Failed to parse length: Failed to convert 'hello' to number.\n"],
    ["offset=-2", 400, "Negative offset provided: -2.\n"],
    ["length=-2", 400, "Negative length provided: -2.\n"],
  ];
  for (const [query, status, body] of cases) {
    const answer = await ask(`read?path=/sandbox/stdout&${query}`);
    assert.deepEqual([answer.status, answer.body], [status, body], query);
  }
  assert.equal((await ask("read?path=/sandbox/sub&offset=0")).body, "Cannot read a directory.\n");
  const wrapped = await ask("read?path=/sandbox/stdout&offset=0&length=5&jsonp=cb");
  assert.equal(wrapped.body, 'cb({"data":"hello","offset":0})');
});

test("one read gives at most 16 pages", async (context) => {
  const { folder, ask } = await serve(context);
  await writeFile(join(folder, "sandbox/long"), "x".repeat(100_000));
  for (const query of ["offset=0", "offset=0&length=90000"]) {
    const { data } = JSON.parse((await ask(`read?path=/sandbox/long&${query}`)).body);
    assert.equal(data.length, 65_536);
  }
});

test("bytes that are no text come through /files/read as they are", async (context) => {
  const { folder, ask } = await serve(context);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  await writeFile(join(folder, "sandbox/bytes"), bytes);
  const answer = await ask("read?path=/sandbox/bytes&offset=0");
  assert.deepEqual(Buffer.from(JSON.parse(answer.body).data, "latin1"), bytes);
});

test("download gives the whole file, its type by its name, and a name that cannot break the header", async (context) => {
  const { folder, ask } = await serve(context);
  const long = "0123456789".repeat(100_000);
  await writeFile(join(folder, "sandbox/long.txt"), long);
  const whole = await ask("download?path=/sandbox/long.txt");
  assert.equal(whole.body, long);
  assert.equal(whole.headers["content-type"], "text/plain");
  assert.equal(whole.headers["content-disposition"], "attachment; filename=long.txt");
  const odd = 'a"b\r\nX: é';
  await writeFile(join(folder, "sandbox", odd), "odd");
  const oddly = await ask(`download?path=/sandbox/${encodeURIComponent(odd)}`);
  assert.equal(oddly.body, "odd");
  assert.equal(
    oddly.headers["content-disposition"],
    "attachment; filename=\"a_b__X: _\"; filename*=UTF-8''a%22b%0D%0AX%3A%20%C3%A9",
  );
  assert.equal((await ask("download?path=/sandbox")).body, "Cannot download a directory.\n");
  assert.equal((await ask("download?path=/none")).status, 404);
  assert.equal((await ask("download")).status, 400);
});

test("nothing leads out of an attached path: not .., not a link, not a longer name", async (context) => {
  const { folder, ask } = await serve(context);
  await symlink("../secret", join(folder, "sandbox/link"));
  await symlink("..", join(folder, "sandbox/up"));
  await symlink("../sandbox-other", join(folder, "sandbox/sibling"));
  for (const path of [
    "/sandbox/../secret",
    "/sandbox/sub/../../secret",
    "/sandbox/link",
    "/sandbox/up/secret",
    "/sandbox/sibling/secret",
  ]) {
    for (const verb of ["read", "download", "browse"]) {
      const answer = await ask(`${verb}?path=${path}&offset=0`);
      assert.deepEqual(
        [answer.status, answer.body.endsWith(" is inaccessible.\n")],
        [400, true],
        path,
      );
    }
  }
  assert.equal((await ask("read?path=/sandbox-other/secret&offset=0")).status, 404);
  const inside = await ask("read?path=/sandbox/sub/../stdout&offset=0");
  assert.equal(JSON.parse(inside.body).data, "hello world\n");
});

test("a pipe in a sandbox does not hold us", async (context) => {
  const { folder, ask } = await serve(context);
  assert.equal(spawnSync("mkfifo", [join(folder, "sandbox/pipe")]).status, 0);
  const answer = await ask("read?path=/sandbox/pipe&offset=0");
  assert.deepEqual([answer.status, answer.body], [400, "Cannot read what is not a plain file.\n"]);
});

test("attached paths are found by the longest prefix, replaced and detached", async (context) => {
  const { folder, files, ask } = await serve(context);
  const data = async (path: string): Promise<string> => {
    const answer = await ask(`read?path=${path}&offset=0`);
    return answer.status === 200 ? JSON.parse(answer.body).data : String(answer.status);
  };
  await writeFile(join(folder, "log"), "log");
  await files.attach(join(folder, "log"), "/master/log");
  assert.equal(await data("/master/log"), "log");
  assert.equal(await data("/master/log/x"), "404");
  await files.attach(join(folder, "sandbox-other"), "/sandbox/sub/");
  assert.equal(await data("/sandbox/sub/secret"), "secret");
  assert.equal(await data("/sandbox/sub/inner.json"), "404");
  files.detach("/sandbox/sub");
  files.detach("/sandbox/sub");
  assert.equal(await data("/sandbox/sub/inner.json"), "{}");
  await files.attach(join(folder, "sandbox"), "relative");
  assert.equal(await data("relative/stdout"), "hello world\n");
  await assert.rejects(files.attach(join(folder, "none"), "/x"), { code: "CANNOT_ATTACH" });
  assert.deepEqual(JSON.parse((await ask("debug")).body), {
    "/master/log": join(folder, "log"),
    "/sandbox": join(folder, "sandbox"),
    relative: join(folder, "sandbox"),
  });
});

test("a root may be computed for what is not attached, and is no way out either", async (context) => {
  let folder = "";
  const served = await serve(context, {
    rootOf: (path) =>
      path.startsWith("/frameworks/f/latest")
        ? { prefix: "/frameworks/f/latest", realPath: join(folder, "sandbox") }
        : undefined,
  });
  folder = served.folder;
  const answer = await served.ask("read?path=/frameworks/f/latest/stdout&offset=0&length=5");
  assert.equal(answer.body, '{"data":"hello","offset":0}');
  assert.equal((await served.ask("read?path=/frameworks/f/latest/../secret")).status, 400);
  assert.equal((await served.ask("read?path=/frameworks/g/latest/stdout")).status, 404);
});
