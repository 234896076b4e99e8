/**
 * A batch that takes more than one transaction, written down as a whole before any of it is done.
 *
 *     pieces, one transaction each -> head names them: decided -> the records -> head names none
 *
 * A crash before the head names them leaves nothing but pieces that nobody asks for; after it, whoever
 * leads next reads them and puts the records in their place, those included that were there already.
 */

import { CodedError, type Result } from "@tavola/base";
import { type StoreWrite, valueBytesMax } from "@tavola/coordination";
import { type EncodedWrite, encodeWrite } from "./encoded-write.ts";
import type { FencedWriter } from "./fenced-writer.ts";
import { unreadable } from "./record-errors.ts";
import { checksum, type FrameProblem } from "./record-frame.ts";
import type { BatchHead } from "./record-head.ts";
import { batchFolder, piecePath } from "./record-layout.ts";

const pieceBytes = valueBytesMax - 4096;
/** All of a batch is in memory at once when it is read again. */
const batchBytesMax = 256 * 1024 * 1024;
/** Deletes in one transaction; etcd counts each twice. */
const sweptAtOnce = 40;

export class BatchLog {
  readonly #writer: FencedWriter;
  /** Pieces of a batch that was given up before it was decided: set, not made, by the next one. */
  #leftPieces = 0;
  #decided = 0;

  constructor(writer: FencedWriter) {
    this.#writer = writer;
  }

  /** Resolves when it is decided. Rejects as `FencedWriter.commit()`, and with TOO_LARGE. */
  async decide(writes: readonly EncodedWrite[]): Promise<void> {
    const { place, head } = this.#writer;
    const body = encodeBatch(writes);
    const id = `${head.epoch}-${this.#decided}`;
    const pieces = Math.ceil(body.length / pieceBytes);
    const batch: BatchHead = { id, pieces, bytes: body.length, crc: checksum(body) };
    for (let piece = 0; piece < pieces; piece += 1) {
      const value = body.subarray(piece * pieceBytes, (piece + 1) * pieceBytes);
      const kind = piece < this.#leftPieces ? "set" : "create";
      const isLast = piece === pieces - 1;
      await this.#writer.commit(
        [{ kind, path: piecePath(place.path, id, piece), value }],
        isLast ? { batch } : {},
      );
      this.#leftPieces = Math.max(this.#leftPieces, piece + 1);
    }
    this.#decided += 1;
    this.#leftPieces = 0;
  }

  /** What the head names; undefined when it names none. Rejects with CORRUPT, and what the store says. */
  async read(): Promise<readonly EncodedWrite[] | undefined> {
    const { place, head } = this.#writer;
    const { batch } = head;
    if (batch === undefined) return undefined;
    const paths = Array.from({ length: batch.pieces }, (_, piece) =>
      piecePath(place.path, batch.id, piece),
    );
    const values: Uint8Array[] = [];
    for (const path of paths) {
      const stored = await place.store.get(path);
      if (stored === undefined) {
        throw unreadable(place, path, { kind: "damaged", what: "is missing" });
      }
      values.push(stored.value);
    }
    const { value, error } = decodeBatch(Buffer.concat(values), batch);
    if (error !== undefined) {
      throw unreadable(place, `${batchFolder(place.path)}/${batch.id}`, error);
    }
    return value;
  }

  /** Removes all pieces that are there; the head names none any more. */
  async sweep(): Promise<void> {
    const { place } = this.#writer;
    const folder = batchFolder(place.path);
    const names = await place.store.children(folder);
    for (let from = 0; from < names.length; from += sweptAtOnce) {
      const some = names.slice(from, from + sweptAtOnce);
      const deletes = some.map(
        (name): StoreWrite => ({ kind: "delete", path: `${folder}/${name}` }),
      );
      await this.#writer.commit(deletes);
    }
  }
}

function encodeBatch(writes: readonly EncodedWrite[]): Uint8Array {
  const bytes = writes.reduce((sum, { key, json }) => sum + key.length + (json?.length ?? 0), 0);
  if (bytes > batchBytesMax) {
    const message = `${writes.length} records of ${bytes} bytes are more than is written at once (${batchBytesMax}): write fewer together`;
    throw new CodedError("TOO_LARGE", message, { bytes, bytesMax: batchBytesMax });
  }
  const pieces: Uint8Array[] = [];
  for (const [index, { kind, key, json }] of writes.entries()) {
    const start = `${index === 0 ? "[" : ",\n"}[${JSON.stringify(kind)},${JSON.stringify(key)}`;
    pieces.push(Buffer.from(json === undefined ? start : `${start},`));
    if (json !== undefined) pieces.push(json);
    pieces.push(Buffer.from("]"));
  }
  return Buffer.concat([...pieces, Buffer.from("]")]);
}

function decodeBatch(
  body: Buffer,
  { bytes, crc }: BatchHead,
): Result<readonly EncodedWrite[], FrameProblem> {
  if (body.length !== bytes || checksum(body) !== crc) {
    return { error: { kind: "damaged", what: "does not match its checksum" } };
  }
  const list = JSON.parse(body.toString("utf8")) as readonly [string, string, unknown][];
  return { value: list.map(([kind, key, value]) => encodeWrite({ kind, key, value })) };
}
