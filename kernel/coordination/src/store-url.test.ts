import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { formatStoreUrl, isStoreUrl, parseStoreUrl } from "./store-url.ts";

const parsed = (text: string) => {
  const { value, error } = parseStoreUrl(text);
  assert.equal(error, undefined);
  return value;
};

test("parseStoreUrl() reads what Mesos reads", () => {
  assert.deepEqual(parsed("zk://localhost/mesos"), {
    scheme: "zk",
    servers: [{ host: "localhost", port: 2181 }],
    credentials: undefined,
    path: "/mesos",
    file: undefined,
  });
  assert.deepEqual(parsed(" zk://jake:se:c@ret@host1:2181,host2:2182, 10.0.0.3/path/to/znode \n"), {
    scheme: "zk",
    servers: [
      { host: "host1", port: 2181 },
      { host: "host2", port: 2182 },
      { host: "10.0.0.3", port: 2181 },
    ],
    credentials: { user: "jake", password: "se:c@ret" },
    path: "/path/to/znode",
    file: undefined,
  });
  assert.deepEqual(parsed("zk://a/mesos/")?.path, "/mesos");
});

test("parseStoreUrl() reads etcd's servers and SQLite's file", () => {
  assert.deepEqual(parsed("etcd://[::1]:2379,b/x")?.servers, [
    { host: "::1", port: 2379 },
    { host: "b", port: 2379 },
  ]);
  assert.deepEqual(parsed("sqlite:///var/lib/tavola/registry.db"), {
    scheme: "sqlite",
    servers: [],
    credentials: undefined,
    path: "/mesos",
    file: "/var/lib/tavola/registry.db",
  });
});

test("parseStoreUrl() refuses anything else with a sentence, which never holds the password", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["", /no scheme.*expected "zk:/],
    ["localhost:2181/mesos", /no scheme/],
    ["http://localhost/mesos", /"http:\/\/" is none/],
    ["zk://localhost", /needs a path .* "\/mesos"/],
    ["zk://localhost:2181/", /needs a path/],
    ["zk:///mesos", /server "" is not/],
    ["zk://a,,b/mesos", /server "" is not/],
    ["zk://a:0/mesos", /port "0" of server "a"/],
    ["zk://a:65536/mesos", /port "65536"/],
    ["zk://a:/mesos", /port "" of server "a"/],
    ["zk://a:port/mesos", /port "port"/],
    ["zk://::1/mesos", /server "::1".*brackets|port ":1"/],
    ["zk://a b/mesos", /server "a b"/],
    ["zk://a//mesos", /empty name/],
    ["zk://a/../mesos", /has "\.\."/],
    ["zk://secret@a/mesos", /not "user:password"/],
    ["zk://:secret@a/mesos", /not "user:password"/],
    ["zk://me:secret@a:x/mesos", /port "x"/],
    ["zk://me:secret@a", /needs a path/],
    ["sqlite://relative.db", /absolute path/],
    ["sqlite:///folder/", /absolute path/],
    ["file://relative", /absolute path/],
    ["file:///nowhere/at/all", /cannot be read from \/nowhere\/at\/all: ENOENT/],
  ];
  for (const [text, expected] of cases) {
    const { error } = parseStoreUrl(text);
    assert.match(error ?? "no error", expected, text);
    assert.doesNotMatch(error ?? "", /secret/);
  }
});

test("parseStoreUrl() takes the first line of a file", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "tavola-coordination-test-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "zk");
  writeFileSync(file, "zk://me:secret@a:1/mesos\nmore\n");
  assert.deepEqual(parsed(`file://${file}`)?.credentials, { user: "me", password: "secret" });
  writeFileSync(file, "zk://me:secret@a:x/mesos");
  assert.match(parseStoreUrl(`file://${file}`).error ?? "", /in .*zk: port "x"/);
  writeFileSync(file, `file://${file}`);
  assert.match(parseStoreUrl(`file://${file}`).error ?? "", /names another file/);
});

test("formatStoreUrl() leaves the password out, and is read back as the same otherwise", () => {
  const url = parsed("zk://me:secret@a,[::1]:3/mesos");
  assert.ok(url);
  assert.equal(formatStoreUrl(url), "zk://me@a:2181,[::1]:3/mesos");
  for (const text of ["etcd://a:2379,b:1/x/y", "sqlite:///a/b.db"]) {
    const read = parsed(text);
    assert.ok(read);
    assert.equal(formatStoreUrl(read), text);
  }
});

test("isStoreUrl() tells a store from a master's address", () => {
  assert.ok(isStoreUrl("zk://a/b") && isStoreUrl("sqlite:///x") && isStoreUrl("file:///x"));
  assert.ok(!isStoreUrl("localhost:5050") && !isStoreUrl("http://localhost:5050"));
});

test("parseStoreUrl() answers any text with a value or a sentence", () => {
  const part = fc.constantFrom(
    "zk://",
    "etcd://",
    "sqlite://",
    "/",
    "@",
    ":",
    ",",
    "[",
    "]",
    "a",
    "1",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 3 }))), (parts) => {
      const { value, error } = parseStoreUrl(parts.join("").replace(/^\s*file:/, "f"));
      assert.notEqual(value === undefined, error === undefined);
      if (value !== undefined && value.credentials === undefined) {
        assert.deepEqual(parseStoreUrl(formatStoreUrl(value)).value, value);
      }
    }),
  );
});
