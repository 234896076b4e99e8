/** What is shown of sandboxes, and that nobody leaves them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileRecord } from "../core/state.ts";
import { prepareCluster, taskOf } from "./testing/sample-cluster.ts";

test("a sandbox is browsed and read, and not left", async () => {
  const api = await prepareCluster();
  const id = taskOf(1);
  const sandbox = (await api.call("GET", `/sandbox/${id}/browse?path=logs/`)).json<{
    files: { name: string }[];
    currentDirectory: string;
    slaveHostname: string;
  }>();
  assert.deepEqual(
    [sandbox.files[0]?.name, sandbox.currentDirectory, sandbox.slaveHostname],
    ["stdout", "logs", "host1"],
  );
  assert.deepEqual((await api.call("GET", `/sandbox/${id}/read?path=stdout`)).json(), {
    data: "",
    offset: 12,
  });
  const grepped = await api.call("GET", `/sandbox/${id}/read?path=stdout&offset=0&grep=^t`);
  assert.deepEqual(grepped.json(), { data: "two\nten\n", offset: 0, nextOffset: 12 });
  for (const path of ["../2/stdout", "a/../../x", "..%2F..%2Fetc/passwd"]) {
    assert.equal((await api.call("GET", `/sandbox/${id}/read?path=${path}`)).status, 400, path);
  }
  assert.equal((await api.call("GET", `/sandbox/${id}/read?path=nothing`)).status, 404);
  assert.equal((await api.call("GET", `/sandbox/${id}/read`)).text, "Must specify 'path'");
  assert.equal((await api.call("GET", `/sandbox/${id}/read?path=x&grep=(`)).status, 400);
  assert.equal(
    (await api.call("GET", "/tasks/download?agentHostname=host1&path=/etc/passwd")).status,
    404,
  );
  assert.equal(
    (await api.call("GET", "/tasks/download?agentHostname=host1&path=/sandbox/1/../../etc/passwd"))
      .status,
    404,
  );
  const early = api.core.state.records.task.get(id);
  if (early !== undefined) {
    const { directory: _, ...rest } = early;
    fileRecord(api.core.state, "task", id, rest);
  }
  assert.match(
    (await api.call("GET", `/sandbox/${id}/browse`)).text,
    /does not have a directory yet/,
  );
  api.directories.set(id, "/sandbox/asked");
  const { fullPathToRoot } = (await api.call("GET", `/sandbox/${id}/browse`)).json<{
    fullPathToRoot: string;
  }>();
  assert.equal(fullPathToRoot, "/sandbox/asked");
});
