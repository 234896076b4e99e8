/**
 * Every record out of the store, or an error that names what is in the way.
 *
 * Whoever reads is the only writer, so what is listed must be there a moment later. Nothing is passed
 * over: a node with a name that no key has, a value that does not decode or a record too few is never
 * taken for "nothing".
 */

import { invariant } from "@tavola/base";
import type { StorePath } from "@tavola/coordination";
import { pause } from "./fenced-writer.ts";
import { foreign, type RecordPlace, unreadable } from "./record-errors.ts";
import { decodeFrame, decodeRecord, type Frame } from "./record-frame.ts";
import {
  bucketOf,
  headPath,
  isBucket,
  isHashed,
  isKind,
  keyOfName,
  kindPath,
  nameOfKey,
  partPath,
} from "./record-layout.ts";
import { NodeCounts } from "./transaction-plan.ts";

/** Values asked for in one call, and calls under way. Records are of a kilobyte, seldom more. */
const valuesAtOnce = 256;
const callsAtOnce = 4;
const listingsAtOnce = 16;
/** The embedded store answers at once: so long may nothing else have its turn, its own session included. */
const turnMs = 50;

export interface LoadedRecords {
  /** By kind, then by key. */
  readonly records: Map<string, Map<string, unknown>>;
  readonly counts: NodeCounts;
}

interface Found {
  readonly kind: string;
  readonly bucket: string;
  readonly name: string;
  readonly path: StorePath;
}

/**
 * `expected`: how many there must be. Of a record that is overlaid only the nodes are counted: what it
 * is now is written elsewhere, and its place may be half changed. Rejects with CORRUPT, NEWER_FORMAT, and what the store says.
 * PERF: one listing a bucket and kind, then a call for every 256 values.
 */
export async function readRecords(
  place: RecordPlace,
  expected: number,
  isOverlaid: (kind: string, key: string) => boolean,
): Promise<LoadedRecords> {
  const found = await listRecords(place);
  if (found.length !== expected) {
    const what = `has ${found.length} records below it where its head counts ${expected}: somebody removed or added some`;
    throw unreadable(place, headPath(place.path), { kind: "damaged", what });
  }
  const records = new Map<string, Map<string, unknown>>();
  const counts = new NodeCounts();
  const slices = Array.from({ length: Math.ceil(found.length / valuesAtOnce) }, (_, at) =>
    found.slice(at * valuesAtOnce, (at + 1) * valuesAtOnce),
  );
  const { clock } = place.store;
  let turnAt = clock.now();
  await eachOf(slices, callsAtOnce, async (slice) => {
    if (clock.now() - turnAt >= turnMs) {
      await pause(place, 0);
      turnAt = clock.now();
    }
    const values = await place.store.getAll(slice.map(({ path }) => path));
    for (const [index, each] of slice.entries()) {
      const { key, frame } = readFrame(place, each, values[index]?.value);
      if (isOverlaid(each.kind, key)) {
        const parts = await place.store.children(each.path);
        counts.set(each.kind, key, 1 + parts.length);
        continue;
      }
      const ofKind = records.get(each.kind) ?? new Map<string, unknown>();
      records.set(each.kind, ofKind.set(key, await readValue(place, each.path, frame)));
      counts.set(each.kind, key, frame.line.parts);
    }
  });
  return { records, counts };
}

async function listRecords(place: RecordPlace): Promise<readonly Found[]> {
  const { store, path } = place;
  const found: Found[] = [];
  const folders: { readonly kind: string; readonly bucket: string; readonly path: StorePath }[] =
    [];
  for (const kind of await store.children(headPath(path))) {
    if (!isKind(kind)) throw foreign(place, kindPath(path, kind), "no kind of record is called so");
    for (const bucket of await store.children(kindPath(path, kind))) {
      const folder = `${kindPath(path, kind)}/${bucket}`;
      if (!isBucket(bucket)) throw foreign(place, folder, "it is no bucket");
      folders.push({ kind, bucket, path: folder });
    }
  }
  await eachOf(folders, listingsAtOnce, async ({ kind, bucket, path: folder }) => {
    for (const name of await store.children(folder)) {
      found.push({ kind, bucket, name, path: `${folder}/${name}` });
    }
  });
  return found;
}

/** The first node, and whose it is. */
function readFrame(
  place: RecordPlace,
  found: Found,
  stored: Uint8Array | undefined,
): { readonly key: string; readonly frame: Frame } {
  const { name, bucket, path } = found;
  if (stored === undefined) throw foreign(place, path, "it vanished while it was read");
  // Names are unambiguous without what they hold; only a hash is not.
  const plainKey = isHashed(name) ? undefined : keyOfName(name);
  if (!isHashed(name) && (plainKey === undefined || bucketOf(plainKey) !== bucket)) {
    throw foreign(place, path, "no record is filed under that name there");
  }
  const { value: frame, error } = decodeFrame(stored);
  if (error !== undefined) throw unreadable(place, path, error);
  const key = plainKey ?? frame.line.key;
  if (key === undefined || key === "" || nameOfKey(key) !== name || bucketOf(key) !== bucket) {
    throw foreign(place, path, "no record is filed under that name there");
  }
  return { key, frame };
}

async function readValue(place: RecordPlace, path: StorePath, frame: Frame): Promise<unknown> {
  const rest = await readRest(place, path, frame.line.parts);
  const { value, error } = decodeRecord(frame, rest);
  if (error !== undefined) throw unreadable(place, path, error);
  return value;
}

async function readRest(
  place: RecordPlace,
  path: StorePath,
  parts: number,
): Promise<readonly Uint8Array[]> {
  if (parts === 1) return [];
  const paths = Array.from({ length: parts - 1 }, (_, part) => partPath(path, part + 1));
  const values = await place.store.getAll(paths);
  return paths.map((each, index) => {
    const stored = values[index];
    if (stored !== undefined) return stored.value;
    throw unreadable(place, each, { kind: "damaged", what: "is missing" });
  });
}

/** Runs all of them, so many at a time. Rejects with the first failure; none is begun after it. */
async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  invariant(atOnce > 0, "something is done at a time");
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const item = items[next] as T;
      next += 1;
      try {
        await run(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
}
