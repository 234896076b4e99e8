/** Whose the folder is that HAProxy works in, and which folders are no good. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { folderProblem, WorkFolder } from "./work-folder.ts";

async function folderOf(context: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "tavola-haproxy-"));
  context.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

test("folderProblem() says which sign HAProxy cannot take", () => {
  for (const sign of [" ", "'", '"', "ü", "\n", "%", "$", "#", "\\", ","]) {
    const problem = folderProblem(`/srv/a${sign}b`) ?? "";
    assert.ok(problem.endsWith(JSON.stringify(sign)), problem);
  }
  assert.equal(folderProblem("/srv/a-b_c.d+e@f/1"), undefined);
});

test("folderProblem() refuses a path in which a socket's would be too long, be it after many changes", () => {
  assert.equal(folderProblem(`/${"a".repeat(77)}`), undefined);
  assert.match(folderProblem(`/${"a".repeat(78)}`) ?? "", /longer than 78 bytes/);
});

test("take() empties what another has left, and refuses what another has", async (context) => {
  const path = await folderOf(context);
  await writeFile(join(path, "left"), "");
  const first = new WorkFolder(path);
  await first.take();
  assert.equal(existsSync(join(path, "left")), false);
  await writeFile(join(path, "kept"), "");
  const second = new WorkFolder(path);
  await assert.rejects(second.take(), { code: "HAPROXY_FOLDER", message: /another front door/ });
  await second.remove();
  assert.equal(existsSync(join(path, "kept")), true);
  await first.remove();
  assert.equal(existsSync(path), false);
  await second.take();
  await second.remove();
});
