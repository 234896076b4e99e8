/** Whole or not at all. */

import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openAppendFile } from "./append-file.ts";
import { makeDirectory, writeFileAtomically } from "./files.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";

test("writeFileAtomically() replaces the content, sets the mode and leaves nothing beside it", async (context) => {
  const folder = await temporaryFolder(context);
  const path = join(folder, "info");
  await writeFile(path, "old and longer than the new");
  await writeFileAtomically(path, "new", { mode: 0o600 });
  assert.equal(await readFile(path, "utf8"), "new");
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  await writeFileAtomically(path, Buffer.from([0, 255]), { durable: false });
  assert.deepEqual(await readFile(path), Buffer.from([0, 255]));
  assert.deepEqual(await readdir(folder), ["info"]);
});

test("writeFileAtomically() keeps the old content and cleans up when it fails", async (context) => {
  const folder = await temporaryFolder(context);
  // A directory cannot be replaced by a file, which is noticed only by the rename.
  await mkdir(join(folder, "target"));
  await assert.rejects(writeFileAtomically(join(folder, "target"), "x"), {
    code: "CANNOT_WRITE",
    details: { path: join(folder, "target"), errno: "EISDIR" },
  });
  assert.deepEqual(await readdir(folder), ["target"]);
  await assert.rejects(writeFileAtomically(join(folder, "no/such"), "x"), { code: "CANNOT_WRITE" });
});

test("makeDirectory() makes what is missing, and sets mode and owner also of what is there", async (context) => {
  const folder = await temporaryFolder(context);
  const path = join(folder, "a/b/c");
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  await makeDirectory(path, { mode: 0o700, owner });
  assert.equal((await stat(path)).mode & 0o777, 0o700);
  await chmod(path, 0o755);
  await makeDirectory(path, { mode: 0o750 });
  assert.equal((await stat(path)).mode & 0o777, 0o750);
  await writeFile(join(folder, "file"), "");
  await assert.rejects(makeDirectory(join(folder, "file/x")), { code: "CANNOT_WRITE" });
});

test("makeDirectory() gives the last directory away (root)", {
  skip: process.getuid?.() === 0 ? false : "needs root",
}, async (context) => {
  const folder = await temporaryFolder(context);
  await makeDirectory(join(folder, "a/b"), { owner: { uid: 65_534, gid: 65_534 } });
  assert.equal((await stat(join(folder, "a/b"))).uid, 65_534);
  assert.equal((await stat(join(folder, "a"))).uid, 0);
});

test("append() keeps the order of many that come at once, behind what was there", async (context) => {
  const path = join(await temporaryFolder(context), "log");
  await writeFile(path, "first\n");
  const file = await openAppendFile(path);
  const lines = Array.from({ length: 500 }, (_, i) => `${i}\n`);
  await Promise.all(lines.map((line) => file.append(Buffer.from(line))));
  assert.equal(await readFile(path, "utf8"), `first\n${lines.join("")}`);
  const last = file.append(Buffer.from("last"));
  await file.close();
  await last;
  assert.ok((await readFile(path, "utf8")).endsWith("last"));
  await file.close();
});

test("an append file that failed, or is closed, takes nothing more", async (context) => {
  const path = join(await temporaryFolder(context), "log");
  const closed = await openAppendFile(path);
  await closed.close();
  await assert.rejects(closed.append(Buffer.from("x")), { code: "CANNOT_WRITE" });
  await assert.rejects(openAppendFile(join(path, "below a file")), { code: "CANNOT_WRITE" });
  const full = await openAppendFile("/dev/full", { durable: false });
  await assert.rejects(full.append(Buffer.from("x")), {
    code: "CANNOT_WRITE",
    transient: true,
    details: { path: "/dev/full", errno: "ENOSPC" },
  });
  await assert.rejects(full.append(Buffer.from("y")), { code: "CANNOT_WRITE" });
  await full.close();
});
