import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommandInfo_URI } from "@tavola/protocol";
import { planFetch } from "./uri.ts";

function plan(uri: CommandInfo_URI, frameworksHome = "") {
  const planned = planFetch(uri, frameworksHome);
  return planned.value ?? planned.error;
}

function errorOf(value: string, more: Partial<CommandInfo_URI> = {}): string {
  return planFetch({ value, ...more }, "").error ?? "no error";
}

test("planFetch() knows http, https, file and plain paths", () => {
  const common = { isExecutable: false, archive: undefined };
  const url = "https://host/a/b.jar?c=d";
  assert.deepEqual(plan({ value: url }), {
    ...common,
    shown: url,
    from: { kind: "http", url },
    to: "b.jar?c=d",
  });
  for (const value of ["file:///x/y", "file://localhost/x/y", "/x/y", "  /x/y"]) {
    const { from, to } = planFetch({ value }, "").value ?? {};
    assert.deepEqual([from, to], [{ kind: "local", path: "/x/y" }, "y"], value);
  }
  assert.deepEqual(planFetch({ value: "apps/y" }, "/home/").value?.from, {
    kind: "local",
    path: "/home/apps/y",
  });
});

test("planFetch() unpacks by the name's end, unless told not to or told to make it executable", () => {
  const kinds: readonly (readonly [string, string | undefined])[] = [
    ["a.tar", "tar"],
    ["a.tgz", "tar"],
    ["a.tar.gz", "tar"],
    ["a.tbz2", "tar"],
    ["a.tar.bz2", "tar"],
    ["a.txz", "tar"],
    ["a.tar.xz", "tar"],
    ["a.zip", "zip"],
    ["a.gz", "gzip"],
    ["a.jar", undefined],
  ];
  for (const [name, kind] of kinds) {
    assert.equal(planFetch({ value: `/x/${name}` }, "").value?.archive, kind, name);
    assert.equal(planFetch({ value: `/x/${name}`, extract: false }, "").value?.archive, undefined);
    assert.equal(
      planFetch({ value: `/x/${name}`, executable: true }, "").value?.archive,
      undefined,
    );
  }
  const renamed = planFetch({ value: "/x/a.tar", output_file: "d/plain" }, "").value;
  assert.deepEqual([renamed?.to, renamed?.archive], ["d/plain", undefined]);
});

test("planFetch() refuses what would leave the sandbox", () => {
  for (const output_file of ["/etc/passwd", "../x", "a/../../x", "a/..", ".", "", "x\0y"]) {
    assert.match(errorOf("/x/y", { output_file }), /output file/i, JSON.stringify(output_file));
  }
  assert.match(errorOf("http://host/.."), /names no file/);
  assert.match(errorOf("/x/"), /names no file/);
});

test("planFetch() says what is wrong with a URI, in Mesos's words where it has some", () => {
  assert.equal(errorOf("http://host"), "Malformed URI (missing path): http://host");
  assert.equal(errorOf("a\\b"), "Illegal characters in URI");
  assert.equal(errorOf("it's"), "Illegal characters in URI");
  assert.equal(errorOf("file://x/y"), "File URI only supports absolute paths");
  assert.match(errorOf("x/y"), /--frameworks_home/);
  assert.match(errorOf("hdfs://name/x"), /scheme 'hdfs' are not supported; use http/);
  assert.match(errorOf("ftp://host/x"), /scheme 'ftp' are not supported/);
});

test("planFetch() shows no password", () => {
  const shown = planFetch({ value: "http://user:secret@host/x" }, "").value?.shown;
  assert.equal(shown, "http://***@host/x");
});
