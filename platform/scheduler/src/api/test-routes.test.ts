/** What tests may force. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiFixture } from "./testing/api-fixture.ts";

test("what tests may force is forced only where an operator allows it", async () => {
  const names = [
    "reconcile",
    "abort",
    "notleader",
    "purge-history",
    "persist-task-history",
    "leader",
  ];
  const strict = new ApiFixture();
  for (const name of names) assert.equal((await strict.call("POST", `/test/${name}`)).status, 403);
  const purged: string[] = [];
  const tests = {
    purgeHistory: async () => {
      purged.push("history");
    },
  };
  const api = new ApiFixture({ context: { allowTestResourceCalls: true, tests } });
  for (const name of names)
    assert.equal((await api.call("POST", `/test/${name}`)).status, 204, name);
  assert.deepEqual(purged, ["history"]);
  assert.equal(api.core.take("reconcile").length, 1);
  assert.deepEqual(
    api.core.take("resign").map(({ reason }) => reason),
    ["a test asked for an abort", "a test asked it not to lead"],
  );
  const failed = await api.call("POST", "/test/exception?message=on%20purpose");
  assert.deepEqual([failed.status, failed.text], [500, "on purpose"]);
});
