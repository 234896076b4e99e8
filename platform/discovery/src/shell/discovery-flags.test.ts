import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFlags } from "@tavola/host";
import { discoveryFlags } from "./discovery-flags.ts";

function errorOf(...more: readonly string[]): string | undefined {
  const given = ["--work_dir=/var/lib/discovery", ...more];
  return parseFlags(discoveryFlags, { arguments: given, environment: {} }).error;
}

test("--hostname takes names and IP addresses, and refuses what clients could not call", () => {
  for (const host of ["discovery-1.example.com", "my_host", "10.0.0.1", "fd01::2", "localhost."]) {
    assert.equal(errorOf(`--hostname=${host}`), undefined, host);
  }
  for (const host of [
    "http://foo/",
    "http://foo",
    "a b",
    "foo:80",
    "foo/",
    "me@foo",
    "foo?a",
    "",
  ]) {
    assert.match(errorOf(`--hostname=${host}`) ?? "", /hostname.*expected a name/, host);
  }
});
