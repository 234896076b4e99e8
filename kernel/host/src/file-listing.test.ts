/** Modes as `ls -l` writes them. */

import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { formatListingJson, formatMode, listingOf } from "./file-listing.ts";

test("formatMode() shows type and permissions", () => {
  assert.equal(formatMode(0o100644), "-rw-r--r--");
  assert.equal(formatMode(0o040755), "drwxr-xr-x");
  assert.equal(formatMode(0o120777), "lrwxrwxrwx");
  assert.equal(formatMode(0o020620), "crw--w----");
  assert.equal(formatMode(0o060660), "brw-rw----");
  assert.equal(formatMode(0o010600), "prw-------");
  assert.equal(formatMode(0o140755), "srwxr-xr-x");
  // Like Mesos's, it does not show setuid.
  assert.equal(formatMode(0o104755), "-rwxr-xr-x");
});

test("formatListingJson() is JSON whatever the name", () => {
  const entry = listingOf('/a"b\n', statSync("/"));
  const parsed = JSON.parse(formatListingJson(entry));
  assert.equal(parsed.path, '/a"b\n');
  assert.equal(parsed.uid, "root");
  assert.equal(parsed.gid, "root");
});
