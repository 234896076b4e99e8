import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { lockFile } from "./file-lock.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

test("a file is locked once, until it is let go", async (t) => {
  const path = join(await temporaryFolder(t), "lock");
  const first = await lockFile(path);
  await assert.rejects(lockFile(path), { code: "LOCKED" });
  first.release();
  (await lockFile(path)).release();
});

test("another process's lock is named, and gone with it, also by kill -9", async (t) => {
  const path = join(await temporaryFolder(t), "lock");
  const program = [
    `const { lockFile } = await import(${JSON.stringify(join(import.meta.dirname, "file-lock.ts"))});`,
    `await lockFile(${JSON.stringify(path)});`,
    'console.log("locked");',
    "setInterval(() => {}, 1000);",
  ].join("\n");
  const arguments_ = ["--input-type=module", "--eval", program];
  const holder = spawn(process.execPath, arguments_, { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => holder.kill("SIGKILL"));
  await once(holder.stdout, "data");
  await assert.rejects(lockFile(path), (error: { code?: string; details?: { pid?: number } }) => {
    assert.equal(error.code, "LOCKED");
    return true;
  });
  assert.ok(execFileSync("cat", ["/proc/locks"], { encoding: "utf8" }).includes(` ${holder.pid} `));
  holder.kill("SIGKILL");
  await once(holder, "exit");
  (await lockFile(path)).release();
});

test("a file that cannot be locked at all says so", async (t) => {
  const folder = await temporaryFolder(t);
  mkdirSync(join(folder, "lock"));
  await assert.rejects(lockFile(join(folder, "lock")), { code: "CANNOT_WRITE" });
});
