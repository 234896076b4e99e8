import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isDiskFull } from "./disk-full.ts";

test("isDiskFull() is false of a disk with room, and where nothing can be said", () => {
  assert.equal(isDiskFull(join(tmpdir(), "not-there.db")), false);
  assert.equal(isDiskFull("/no/such/folder/file.db"), false);
});
