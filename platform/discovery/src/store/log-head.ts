/**
 * The head of the log: which batches and which snapshot count, and of which generation they are.
 *
 * A generation is one life of the store: one that was rebuilt empty begins another. Indexes of a
 * new generation begin above what the one before can have reached, as far as anybody knows: by the
 * seconds that have passed, and by what the server that begins it remembers. So a watcher of the former
 * one finds itself too old, and is given everything.
 */

import { invariant, type Result } from "@tavola/base";
import { decodeLine, type LogProblem, logFormat } from "./log-text.ts";

export interface LogHead {
  readonly generation: string;
  /** Of the last batch; all that the log holds when it is `base`. */
  readonly index: number;
  /** The log holds the batches after this one. */
  readonly base: number;
  /** What there was at `base`, or a little later; undefined: nothing. */
  readonly snapshot?: SnapshotHead;
}

export interface SnapshotHead {
  readonly id: string;
  readonly chunks: number;
  readonly bytes: number;
}

/** Unix time at which indexes would have begun; keeps them within 31 bits, which some clients have. */
const indexEpochSeconds = 1_700_000_000;
const indexesBetweenGenerations = 1_000_000;

/** The first index of a new generation. `before`: the last that is known of the former one, or 0. */
export function firstIndex(wallMs: number, before: number): number {
  const bySeconds = Math.floor(wallMs / 1000) - indexEpochSeconds;
  return Math.max(1, bySeconds, before === 0 ? 0 : before + indexesBetweenGenerations);
}

export function encodeHead(head: LogHead): Uint8Array {
  return Buffer.from(JSON.stringify({ tavola: "discovery", format: logFormat, ...head }));
}

export function decodeHead(value: Uint8Array): Result<LogHead, LogProblem> {
  const { value: line, error } = decodeLine(value);
  if (error !== undefined) return { error };
  const { generation, index, base, snapshot } = line as Partial<LogHead>;
  const isHead = typeof generation === "string" && isIndex(index) && isIndex(base) && base <= index;
  if (!isHead) return { error: { kind: "damaged", what: "lacks a field" } };
  if (snapshot === undefined) return { value: { generation, index, base } };
  const { id, chunks, bytes } = snapshot;
  if (typeof id !== "string" || !isIndex(chunks) || !isIndex(bytes)) {
    return { error: { kind: "damaged", what: "names a snapshot that is none" } };
  }
  return { value: { generation, index, base, snapshot: { id, chunks, bytes } } };
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The head after one more batch. */
export function nextHead(head: LogHead): LogHead {
  invariant(head.index < Number.MAX_SAFE_INTEGER, "an index is left");
  return { ...head, index: head.index + 1 };
}
