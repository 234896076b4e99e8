import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { asId, type ContainerId } from "@tavola/base";
import { type Clock, createHttpClient, createMetrics, findUser, systemClock } from "@tavola/host";
import type { CommandInfo_URI } from "@tavola/protocol";
import type { ProcessUser } from "../shim/shim.ts";
import { tarOf, zipOf } from "../testing/archives.ts";
import { shimForms, shimOrSkip } from "../testing/shims.ts";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import { Fetcher } from "./fetcher.ts";

interface StageOptions {
  readonly user?: ProcessUser;
  readonly stallMsMax?: number;
  readonly clock?: Clock;
}

/** A sandbox, a folder of sources, and a fetcher between them. Undefined: skipped. */
async function stage(t: TestContext, options: StageOptions = {}) {
  const native = await shimOrSkip(t, process.platform === "linux" ? shimForms[0] : shimForms[1]);
  if (native === undefined) return undefined;
  const root = temporaryDirectory(t);
  chmodSync(root, 0o755);
  const sandbox = join(root, "sandbox");
  const sources = join(root, "sources");
  mkdirSync(sandbox);
  mkdirSync(sources);
  if (options.user !== undefined) chownSync(sandbox, options.user.uid, options.user.gid);
  const http = createHttpClient();
  t.after(() => http.close());
  const metrics = createMetrics();
  const fetcher = new Fetcher({
    http,
    clock: options.clock ?? systemClock(),
    metrics,
    stallMsMax: options.stallMsMax ?? 60_000,
    frameworksHome: sources,
  });
  const fetch = (...uris: readonly CommandInfo_URI[]): Promise<void> =>
    fetcher.fetch({
      containerId: asId<ContainerId>("c"),
      uris,
      sandbox,
      user: options.user,
      directory: join(root, "run"),
      shim: native,
      signal: new AbortController().signal,
    });
  const source = (name: string, content: string | Buffer): string => {
    writeFileSync(join(sources, name), content);
    return join(sources, name);
  };
  const read = (name: string): string => readFileSync(join(sandbox, name), "utf8");
  return { root, sandbox, sources, metrics, fetch, source, read };
}

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const prefix = "Failed to fetch all URIs for container 'c': Failed to fetch";

test("files come by path, file URI and name below --frameworks_home; the executable bit is set", async (t) => {
  const set = await stage(t);
  if (set === undefined) return;
  const path = set.source("tool", "#!/bin/sh\n");
  await set.fetch(
    { value: path },
    { value: `file://${path}`, output_file: "deep/er/tool", executable: true },
    { value: "tool", output_file: "relative" },
  );
  assert.equal(set.read("tool"), "#!/bin/sh\n");
  assert.equal(set.read("relative"), "#!/bin/sh\n");
  assert.equal(statSync(join(set.sandbox, "deep/er/tool")).mode & 0o777, 0o755);
  assert.equal(set.metrics.counter("containerizer/fetcher/task_fetches_succeeded").value, 1);
});

test("archives of every kind are unpacked beside themselves, and stay", async (t) => {
  const set = await stage(t);
  if (set === undefined) return;
  const { sources } = set;
  const tar = tarOf([{ name: "in/tar", content: "from tar" }]);
  set.source("a.tar", tar);
  set.source("a.tgz", gzipSync(tarOf([{ name: "in/tgz", content: "from tgz" }])));
  writeFileSync(join(sources, "in-bz2"), "from bz2");
  writeFileSync(join(sources, "in-xz"), "from xz");
  execFileSync("tar", ["-cjf", join(sources, "a.tar.bz2"), "-C", sources, "in-bz2"]);
  execFileSync("tar", ["-cJf", join(sources, "a.txz"), "-C", sources, "in-xz"]);
  set.source("a.zip", zipOf([{ name: "in/zip", content: "from zip" }]));
  set.source("plain.gz", gzipSync("from gz"));
  set.source("kept.tar", tarOf([{ name: "in/kept", content: "no" }]));
  const names = ["a.tar", "a.tgz", "a.tar.bz2", "a.txz", "a.zip", "plain.gz"];
  await set.fetch(...names.map((name) => ({ value: join(sources, name) })), {
    value: join(sources, "kept.tar"),
    extract: false,
  });
  assert.deepEqual(["in/tar", "in/tgz", "in-bz2", "in-xz", "in/zip", "plain"].map(set.read), [
    "from tar",
    "from tgz",
    "from bz2",
    "from xz",
    "from zip",
    "from gz",
  ]);
  assert.equal(existsSync(join(set.sandbox, "in/kept")), false);
  assert.deepEqual(
    [...names, "kept.tar"].filter((name) => !existsSync(join(set.sandbox, name))),
    [],
  );
});

test("HTTP: redirects are followed, other answers are told with their status", async (t) => {
  const set = await stage(t);
  if (set === undefined) return;
  const url = await serve(t, ({ url: path, headers }, response) => {
    if (path === "/moved") response.writeHead(302, { location: "there" }).end("not this");
    else if (path === "/there") response.end("content");
    else if (path === "/mine") response.end(headers.authorization);
    else if (path === "/loop") response.writeHead(307, { location: "/loop" }).end();
    else if (path === "/away") response.writeHead(301, { location: "file:///etc/passwd" }).end();
    else response.writeHead(404).end("no such thing");
  });
  await set.fetch({ value: `${url}/moved`, output_file: "got" });
  assert.equal(set.read("got"), "content");
  await set.fetch({ value: `${url.replace("//", "//me:a%40b@")}/mine` });
  assert.equal(set.read("mine"), `Basic ${Buffer.from("me:a@b").toString("base64")}`);
  const failures: readonly (readonly [string, RegExp])[] = [
    ["none", /received HTTP return code 404$/],
    ["loop", /more than 20 redirects$/],
    ["away", /redirects to 'file:\/\/\/etc\/passwd'$/],
  ];
  for (const [path, message] of failures) {
    await assert.rejects(set.fetch({ value: `${url}/${path}` }), { code: "FETCH_FAILED", message });
  }
  assert.equal(set.metrics.counter("containerizer/fetcher/task_fetches_failed").value, 3);
});

test("a failure names the URI and the reason", async (t) => {
  const set = await stage(t);
  if (set === undefined) return;
  await assert.rejects(set.fetch({ value: "/no/such/file" }), {
    code: "FETCH_FAILED",
    message: `${prefix} '/no/such/file': ENOENT: no such file or directory, stat '/no/such/file'`,
  });
  const gone = "Cannot connect to http://127.0.0.1:1/x: connect ECONNREFUSED 127.0.0.1:1";
  await assert.rejects(set.fetch({ value: "http://u:secret@127.0.0.1:1/x" }), {
    message: `${prefix} 'http://***@127.0.0.1:1/x': Error downloading resource: ${gone}`,
  });
  const broken = set.source("broken.tar", "this is no archive");
  await assert.rejects(
    set.fetch({ value: broken }),
    /Failed to extract archive 'broken.tar': 'tar /,
  );
  execFileSync("mkfifo", [join(set.sources, "pipe")]);
  await assert.rejects(set.fetch({ value: join(set.sources, "pipe") }), /is not a regular file/);
});

test("a download that stands still is given up", async (t) => {
  const set = await stage(t, { stallMsMax: 50 });
  if (set === undefined) return;
  const url = await serve(t, (_, response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("half");
  });
  await assert.rejects(set.fetch({ value: `${url}/slow` }), /nothing came for 0.05 s$/);
});

test("what climbs out of the sandbox is refused, in tar and in zip", async (t) => {
  const set = await stage(t);
  if (set === undefined) return;
  const climbing = [{ name: "../escaped", content: "gotcha" }];
  const tar = set.source("evil.tar", tarOf(climbing));
  const zip = set.source("evil.zip", zipOf(climbing));
  await assert.rejects(set.fetch({ value: tar }), /Failed to extract archive 'evil.tar'/);
  await assert.rejects(
    set.fetch({ value: zip }),
    /contains '\.\.\/escaped', outside of the sandbox/,
  );
  assert.deepEqual(readdirSync(set.root).includes("escaped"), false);
});

test("a link that an archive planted is not followed by a later URI", async (t) => {
  const set = await stage(t);
  if (set === undefined) return;
  const victim = join(set.root, "victim");
  mkdirSync(victim);
  writeFileSync(join(victim, "file"), "mine");
  symlinkSync(victim, join(set.sandbox, "out"));
  symlinkSync(join(victim, "file"), join(set.sandbox, "x"));
  const path = set.source("x", "theirs");
  await assert.rejects(set.fetch({ value: path, output_file: "out/x" }), {
    message: /leads out of the sandbox/,
  });
  await set.fetch({ value: path });
  assert.equal(readFileSync(join(victim, "file"), "utf8"), "mine");
  assert.deepEqual(readdirSync(victim), ["file"]);
  assert.equal(set.read("x"), "theirs");
});

test("as root: everything is fetched as the user, who owns it and reads no more than he may", async (t) => {
  const nobody = findUser("nobody");
  if (process.getuid?.() !== 0 || nobody === undefined)
    return t.skip("needs root and a user nobody");
  const set = await stage(t, { user: nobody });
  if (set === undefined) return;
  const open = set.source("open.tar", tarOf([{ name: "deep/inside", content: "x" }]));
  chmodSync(set.sources, 0o755);
  const url = await serve(t, (_, response) => response.end("y"));
  await set.fetch({ value: open }, { value: `${url}/z`, output_file: "sub/z" });
  for (const name of ["open.tar", "deep", "deep/inside", "sub", "sub/z"]) {
    assert.equal(statSync(join(set.sandbox, name)).uid, nobody.uid, name);
  }
  const secret = set.source("secret", "root's");
  chmodSync(secret, 0o600);
  await assert.rejects(
    set.fetch({ value: secret }),
    /cp.*exited with status 1.*Permission denied/s,
  );
  assert.equal(existsSync(join(set.sandbox, "secret")), false);
});
