import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { makeServerFolder, removeLeftFolders } from "./left-folders.ts";

test("removeLeftFolders() removes what a dead process left, and nothing else", async () => {
  const parent = await mkdtemp(join(tmpdir(), "tavola-left-"));
  try {
    const mine = basename(await makeServerFolder(parent));
    const deadPid = execFileSync("sh", ["-c", "echo $$"], { encoding: "utf8" }).trim();
    const left = mine.replace(`-${process.pid}-`, `-${deadPid}-`);
    const elsewhere = left.replace(/servers-\d+/, "servers-1");
    for (const name of [left, elsewhere, "tavola-servers-old"]) await mkdir(join(parent, name));
    await removeLeftFolders(parent);
    const kept = await readdir(parent);
    assert.deepEqual(kept.toSorted(), [mine, elsewhere, "tavola-servers-old"].toSorted());
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
});
