/**
 * Keeps a registry as large as what it knows, while its writer goes on writing.
 *
 *     chunks of a snapshot, one write each -> head names them, log begins anew -> the old is removed
 *
 * A crash in between leaves the old head, which is whole, or the new one, which is whole; what neither
 * names is removed by whoever compacts or takes over next. Each step is one write, so that a batch
 * never waits for more than one.
 */

import type { StorePath, StoreWrite } from "@tavola/coordination";
import {
  batchName,
  batchPath,
  chunkPath,
  isSnapshotName,
  logPath,
  snapshotName,
} from "./registry-layout.ts";
import { corrupt } from "./registry-reader.ts";
import type { RegistryWriter } from "./registry-writer.ts";

/** Values removed in one transaction; a store takes 100 writes. */
const removedAtOnce = 64;

/** The next of the log, of operations as the registry encodes them. */
export async function appendBatch(writer: RegistryWriter, value: Uint8Array): Promise<void> {
  const { log } = writer.head;
  const last = log.last + 1;
  await commitAll(writer, [{ kind: "create", path: batchPath(writer.place.root, last), value }], {
    log: { first: log.first, last, bytes: log.bytes + value.length },
  });
}

/** `chunks` tell the state as the log's last batch leaves it now, and are taken one by one. */
export async function* compact(
  writer: RegistryWriter,
  chunks: Iterable<Uint8Array>,
): AsyncGenerator<void, void> {
  const { root } = writer.place;
  const compacted = writer.head.log;
  const name = snapshotName(writer.head);
  let count = 0;
  let bytes = 0;
  for (const value of chunks) {
    await commitAll(writer, [{ kind: "create", path: chunkPath(root, name, count), value }]);
    count += 1;
    bytes += value.length;
    yield;
  }
  const { log } = writer.head;
  await commitAll(writer, [], {
    snapshot: { name, chunks: count, bytes },
    log: { first: compacted.last + 1, last: log.last, bytes: log.bytes - compacted.bytes },
  });
  yield;
  yield* sweep(writer);
}

/** Removes what the head does not name. */
export async function* sweep(writer: RegistryWriter): AsyncGenerator<void, void> {
  const { store, root } = writer.place;
  const first = batchName(writer.head.log.first);
  const old = (await store.children(logPath(root))).filter((name) => name < first);
  yield* remove(writer, logPath(root), old);
  const snapshots = (await store.children(root)).filter(isSnapshotName);
  for (const name of snapshots) {
    if (name === writer.head.snapshot?.name) continue;
    const folder = `${root}/${name}`;
    yield* remove(writer, folder, await store.children(folder));
    // Whether the folder has a value of its own is the store's affair.
    await writer.commit([{ kind: "delete", path: folder }]);
    yield;
  }
}

async function* remove(
  writer: RegistryWriter,
  folder: StorePath,
  names: readonly string[],
): AsyncGenerator<void, void> {
  for (let from = 0; from < names.length; from += removedAtOnce) {
    const some = names.slice(from, from + removedAtOnce);
    await commitAll(
      writer,
      some.map((name) => ({ kind: "delete", path: `${folder}/${name}` })),
    );
    yield;
  }
}

/** A refusal means that somebody else writes here: every write is at a head that only we move. */
async function commitAll(
  writer: RegistryWriter,
  writes: readonly StoreWrite[],
  change: Parameters<RegistryWriter["commit"]>[1] = {},
): Promise<void> {
  const refusal = await writer.commit(writes, change);
  if (refusal === undefined) return;
  const path = writes[refusal.failed]?.path ?? writer.place.root;
  const found = { exists: "exists", missing: "is gone", version: "was changed" } as const;
  const what = refusal.why === "has-children" ? "has values below it" : found[refusal.why];
  throw corrupt(writer.place, path, `${what} already: something that is no master writes there`);
}
