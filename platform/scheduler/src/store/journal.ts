/**
 * Batches as they were decided, until every record of theirs lies in its place.
 *
 *     <path>/journal/<number>      a frame of a batch, or a piece of one that one value does not hold
 *
 *              from                 to
 *     … swept  │ decided, perhaps    │  pieces of a batch that is not decided;
 *              │ not in its place    │  nobody asks for them
 *
 * The head says `from` and `to`; a batch is decided when its last piece is written, in the transaction
 * that moves `to` beyond it: all of it, in however many frames. Whoever leads next reads what is between,
 * and takes up where the former leader was: records that are in a decided batch are as the last such
 * batch has them, whatever lies in their places.
 *
 * A frame bounds what is put together, or read, at once. A batch has no bound: a turn that changes every
 * task of a large cluster cannot be taken back, and the next leader would only take it again.
 */

import { type StorePath, type StoreWrite, valueBytesMax } from "@tavola/coordination";
import type { EncodedWrite, RecordWrite } from "./encoded-write.ts";
import type { FencedWriter } from "./fenced-writer.ts";
import { foreign, unreadable } from "./record-errors.ts";
import { decodeFrame, decodeRecord, encodeFrame, isCount } from "./record-frame.ts";
import { journalFolder, journalPath } from "./record-layout.ts";

/** Of a frame's JSON: what one value holds with room to spare, but that a record is never divided. */
const frameBytes = valueBytesMax - 64 * 1024;
/** Values asked for in one call. */
const valuesAtOnce = 16;

export interface DecidedBatch {
  readonly bytes: number;
  /** The journal's end with it. */
  readonly to: number;
}

export class Journal {
  readonly #writer: FencedWriter;
  /** Pieces that are there beyond `to`: set, not made, by the next batch. */
  #leftPieces = 0;

  constructor(writer: FencedWriter) {
    this.#writer = writer;
  }

  /** Resolves once it is decided. Rejects as `FencedWriter.commit()`. */
  async append(writes: readonly EncodedWrite[]): Promise<DecidedBatch> {
    const { to } = this.#writer.head.journal;
    const frames = framesOf(writes);
    let bytes = 0;
    let next = to;
    for (const [index, frame] of frames.entries()) {
      const body = encodeWritten(frame);
      const pieces = encodeFrame(body, undefined);
      const end = next + pieces.length;
      for (const [part, value] of pieces.entries()) {
        const isLast = index === frames.length - 1 && part === pieces.length - 1;
        await this.#put(next + part, value, isLast ? end : undefined);
      }
      bytes += body.length;
      next = end;
    }
    this.#leftPieces -= next - to;
    return { bytes, to: next };
  }

  /** `decidedTo`: it is the last piece of its batch. */
  async #put(number: number, value: Uint8Array, decidedTo: number | undefined): Promise<void> {
    const { place, head } = this.#writer;
    const index = number - head.journal.to;
    const kind = index < this.#leftPieces ? "set" : "create";
    await this.#writer.commit(
      [{ kind, path: journalPath(place.path, number), value }],
      ({ journal }) => (decidedTo === undefined ? {} : { journal: { ...journal, to: decidedTo } }),
    );
    this.#leftPieces = Math.max(this.#leftPieces, index + 1);
  }

  /** What is decided, in order. Rejects with CORRUPT, NEWER_FORMAT, and what the store says. */
  async read(): Promise<readonly RecordWrite[]> {
    const { from, to } = this.#writer.head.journal;
    const writes: RecordWrite[] = [];
    for (let next = from; next < to; ) {
      const [first] = await this.#values(next, 1);
      const path = journalPath(this.#writer.place.path, next);
      const frame = decodeFrame(first as Uint8Array);
      if (frame.error !== undefined) throw unreadable(this.#writer.place, path, frame.error);
      const { parts } = frame.value.line;
      const rest = await this.#values(next + 1, Math.min(parts, to - next) - 1);
      const { value, error } = decodeRecord(frame.value, rest);
      if (error !== undefined) throw unreadable(this.#writer.place, path, error);
      for (const write of value as readonly (readonly [string, string, unknown])[]) {
        writes.push({ kind: write[0], key: write[1], value: write[2] });
      }
      next += parts;
    }
    return writes;
  }

  /** The writes that remove the pieces before `to`. */
  removals(to: number): readonly StoreWrite[] {
    const { place, head } = this.#writer;
    return Array.from({ length: to - head.journal.from }, (_, index) => ({
      kind: "delete",
      path: journalPath(place.path, head.journal.from + index),
    }));
  }

  /** The writes that remove what is no part of it: what a former leader did not come to. */
  async leftovers(): Promise<readonly StoreWrite[]> {
    const { place, head } = this.#writer;
    const { from, to } = head.journal;
    const folder = journalFolder(place.path);
    const names = await place.store.children(folder);
    return names.flatMap((name): StoreWrite[] => {
      const path: StorePath = `${folder}/${name}`;
      const number = Number(name);
      if (!isCount(number) || String(number) !== name) {
        throw foreign(place, path, "no batch is called so");
      }
      return number >= from && number < to ? [] : [{ kind: "delete", path }];
    });
  }

  async #values(from: number, count: number): Promise<readonly Uint8Array[]> {
    const { place } = this.#writer;
    const paths = Array.from({ length: count }, (_, index) =>
      journalPath(place.path, from + index),
    );
    const values: Uint8Array[] = [];
    for (let at = 0; at < paths.length; at += valuesAtOnce) {
      const stored = await place.store.getAll(paths.slice(at, at + valuesAtOnce));
      for (const [index, each] of stored.entries()) {
        if (each === undefined) {
          const path = paths[at + index] as StorePath;
          throw unreadable(place, path, { kind: "damaged", what: "is missing" });
        }
        values.push(each.value);
      }
    }
    return values;
  }
}

function framesOf(writes: readonly EncodedWrite[]): readonly (readonly EncodedWrite[])[] {
  const frames: EncodedWrite[][] = [];
  let bytes = 0;
  for (const write of writes) {
    const { kind, key, json } = write;
    const length = kind.length + key.length + (json?.length ?? 0) + punctuationBytes;
    const last = frames.at(-1);
    if (last !== undefined && bytes + length <= frameBytes) last.push(write);
    else {
      frames.push([write]);
      bytes = 0;
    }
    bytes += length;
  }
  return frames;
}

function encodeWritten(writes: readonly EncodedWrite[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const [index, { kind, key, json }] of writes.entries()) {
    const start = `${index === 0 ? "[" : ",\n"}[${JSON.stringify(kind)},${JSON.stringify(key)}`;
    pieces.push(Buffer.from(json === undefined ? start : `${start},`));
    if (json !== undefined) pieces.push(json);
    pieces.push(closing);
  }
  return Buffer.concat([...pieces, closing]);
}

const closing = Buffer.from("]");
/** Of each write: `,\n["…","…",…]`. */
const punctuationBytes = 10;
