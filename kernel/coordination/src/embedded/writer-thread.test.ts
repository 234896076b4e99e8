import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Instant } from "@tavola/base";
import { openStoreFile } from "./store-file.ts";
import type { StoreChange } from "./store-transaction.ts";
import { WriterThread } from "./writer-thread.ts";

test("a thread that ends by itself leaves nobody waiting, and nobody believing", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "tavola-coordination-test-"));
  const file = join(folder, "store.db");
  const database = openStoreFile(file);
  database.exec("INSERT INTO sessions (id, boot, renewed_at, timeout_ms) VALUES (1, '', 0, 1000)");
  const thread = new WriterThread({ file, fileNumber: statSync(file).ino });
  context.after(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });
  const session = { id: 1, now: 1 as Instant };
  const write = (value: unknown): StoreChange[] => [
    { kind: "write", writes: [{ kind: "create", path: "/a", value: value as Uint8Array }] },
  ];
  assert.deepEqual(await thread.run(write(new Uint8Array([1])), session), {
    kind: "done",
    outcomes: [{ value: { done: true } }],
  });
  // A bug of ours: what is no session's id cannot be bound.
  const answer = await thread.run(write(new Uint8Array()), { ...session, id: {} as number });
  assert.equal(answer.kind, "unknown");
  assert.equal((await thread.run(write(new Uint8Array()), session)).kind, "unknown");
  await thread.close();
});
