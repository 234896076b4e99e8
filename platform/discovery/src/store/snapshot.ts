/**
 * All announcements in a few values, so that the log before them can go.
 *
 * It is written beside the running log, without stopping it: a chunk holds what there is when it is
 * made. Whoever reads it applies the batches since it was begun, which puts right whatever came in
 * between, because applying a batch twice is as good as once. Only the head makes it count. One that
 * nobody finished is given up, by a write that its writer cannot miss, before it is removed.
 */

import { CodedError } from "@tavola/base";
import { type StoreWrite, valueBytesMax } from "@tavola/coordination";
import { newUuid } from "@tavola/host";
import type { Announcement } from "../core/announcement.ts";
import { type LogPlace, unreadable } from "./log-errors.ts";
import type { SnapshotHead } from "./log-head.ts";
import { chunkPath, snapshotFolder, snapshotsFolder } from "./log-layout.ts";
import { decodeLines, encodeLines, formatPut } from "./log-text.ts";

const chunkBytes = valueBytesMax / 2;
const chunksAtOnce = 16;
/** Deletes in one transaction; etcd counts each twice. */
const sweptAtOnce = 40;

/** Rejects with what the store says; then somebody sweeps what is left. */
export async function writeSnapshot(
  place: LogPlace,
  announcements: Iterable<Announcement>,
): Promise<SnapshotHead> {
  const id = newUuid();
  const folder = snapshotFolder(place.path, id);
  await mustDo(place, [{ kind: "create", path: folder, value: new Uint8Array() }]);
  let chunks = 0;
  let bytes = 0;
  let lines: string[] = [];
  let lineBytes = 0;
  const writeChunk = async (): Promise<void> => {
    const value = encodeLines({ snapshot: id, chunk: chunks }, lines);
    await mustDo(place, [{ kind: "create", path: chunkPath(place.path, id, chunks), value }]);
    chunks += 1;
    bytes += value.length;
    lines = [];
    lineBytes = 0;
  };
  for (const announcement of announcements) {
    const line = formatPut(announcement);
    const length = Buffer.byteLength(line) + 1;
    if (lineBytes + length > chunkBytes && lines.length > 0) await writeChunk();
    lines.push(line);
    lineBytes += length;
  }
  if (lines.length > 0) await writeChunk();
  return { id, chunks, bytes };
}

/** What makes a transaction fail when the snapshot was given up meanwhile. */
export function isNotGivenUp({ path }: LogPlace, { id }: SnapshotHead): StoreWrite {
  return { kind: "check", path: snapshotFolder(path, id), version: 0 };
}

/**
 * `undefined`: a part is missing, because another one counts by now. Rejects with CORRUPT,
 * NEWER_FORMAT, and what the store says.
 */
export async function readSnapshot(
  place: LogPlace,
  { id, chunks }: SnapshotHead,
): Promise<readonly Announcement[] | undefined> {
  const announcements: Announcement[] = [];
  for (let from = 0; from < chunks; from += chunksAtOnce) {
    const count = Math.min(chunksAtOnce, chunks - from);
    const paths = Array.from({ length: count }, (_, at) => chunkPath(place.path, id, from + at));
    const values = await place.store.getAll(paths);
    for (const [at, stored] of values.entries()) {
      if (stored === undefined) return undefined;
      const { value, error } = decodeLines(stored.value);
      if (error !== undefined) throw unreadable(place, paths[at] ?? "", error);
      for (const operation of value.operations) {
        if (operation.kind === "put") announcements.push(operation.announcement);
      }
    }
  }
  return announcements;
}

/** Removes every snapshot but those that are kept. `unlessChanged` fails when the head is another. */
export async function sweepSnapshots(
  place: LogPlace,
  kept: ReadonlySet<string>,
  unlessChanged: StoreWrite,
): Promise<void> {
  const { store, path } = place;
  for (const id of await store.children(snapshotsFolder(path))) {
    if (kept.has(id)) continue;
    const folder = snapshotFolder(path, id);
    const mark = { kind: "set", path: folder, value: Buffer.from("given up") } as const;
    if (!(await store.transact([unlessChanged, mark])).done) return;
    await removeAll(
      place,
      (await store.children(folder)).map((chunk) => `${folder}/${chunk}`),
    );
    await removeAll(place, [folder]);
  }
}

/** Others may be at the same; what is gone is gone. */
export async function removeAll({ store }: LogPlace, paths: readonly string[]): Promise<void> {
  for (let from = 0; from < paths.length; from += sweptAtOnce) {
    const some = paths.slice(from, from + sweptAtOnce);
    const outcome = await store.transact(some.map((path) => ({ kind: "delete", path })));
    if (outcome.done) continue;
    for (const path of some) await store.transact([{ kind: "delete", path }]);
  }
}

async function mustDo({ store }: LogPlace, writes: readonly StoreWrite[]): Promise<void> {
  const outcome = await store.transact(writes);
  if (outcome.done) return;
  const message = `a snapshot could not be written: ${outcome.why}`;
  throw new CodedError("UNAVAILABLE", message, {}, { transient: true });
}
