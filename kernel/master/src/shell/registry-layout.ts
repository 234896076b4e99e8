/**
 * How a registry lies in a store: names and the head.
 *
 *     <group>/tavola/registry/
 *       head                  JSON: which of the following count, and who may write
 *       snapshot-<e>-<w>/<k>  a snapshot in chunks, begun in epoch e after w writes
 *       log/<n>               batches since then
 *
 * Chunks and batches (their form is the registry's) are written once. Whatever the head does not name
 * is left over from a writer that ended, and means nothing.
 */

import type { Result } from "@tavola/base";
import type { StorePath } from "@tavola/coordination";

/** What this software writes; a head with a higher one is somebody newer's. */
export const headFormat = 1;

export interface RegistryHead {
  /** One more with every master that takes over. */
  readonly epoch: number;
  /** Which master that was, for messages: `<id>@<ip>:<port>`. */
  readonly writer: string;
  /** One more with every write, so that no two heads are the same. */
  readonly writes: number;
  /** Batches that count: `first` to `last`, none when last < first. */
  readonly log: { readonly first: number; readonly last: number; readonly bytes: number };
  /** undefined: the log is all there is. */
  readonly snapshot:
    | { readonly name: string; readonly chunks: number; readonly bytes: number }
    | undefined;
}

/** Below the group of masters, beside their `json.info_…`. */
export function registryRoot(group: StorePath): StorePath {
  return `${group === "/" ? "" : group}/tavola/registry`;
}

export function headPath(root: StorePath): StorePath {
  return `${root}/head`;
}

export function logPath(root: StorePath): StorePath {
  return `${root}/log`;
}

/** Sorts as its number does. */
export function batchName(number: number): string {
  return String(number).padStart(12, "0");
}

/** undefined for a name that is none of ours. */
export function batchNumber(name: string): number | undefined {
  return /^\d{12}$/.test(name) ? Number(name) : undefined;
}

export function batchPath(root: StorePath, number: number): StorePath {
  return `${logPath(root)}/${batchName(number)}`;
}

const snapshotPrefix = "snapshot-";

export function snapshotName({ epoch, writes }: RegistryHead): string {
  return `${snapshotPrefix}${epoch}-${writes}`;
}

export function isSnapshotName(name: string): boolean {
  return name.startsWith(snapshotPrefix);
}

export function chunkPath(root: StorePath, snapshot: string, number: number): StorePath {
  return `${root}/${snapshot}/${String(number).padStart(6, "0")}`;
}

/** Text, so that whoever looks into the store with its own tools can read it. */
export function encodeHead(head: RegistryHead): Uint8Array {
  return Buffer.from(JSON.stringify({ format: headFormat, ...head }));
}

/** "newer" is told apart: its way out is another one than that of damage. */
export function decodeHead(
  bytes: Uint8Array,
): Result<RegistryHead, { readonly kind: "newer" | "damaged"; readonly what: string }> {
  let json: Record<string, unknown> | null;
  try {
    json = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return { error: { kind: "damaged", what: "is not JSON" } };
  }
  const format = json !== null && typeof json === "object" ? json["format"] : undefined;
  if (!isCount(format)) return { error: { kind: "damaged", what: "names no format" } };
  if (format > headFormat) return { error: { kind: "newer", what: String(format) } };
  const { epoch, writer, writes, log, snapshot } = json as unknown as RegistryHead;
  const isHead =
    isCount(epoch) &&
    typeof writer === "string" &&
    isCount(writes) &&
    isCount(log?.first) &&
    isCount(log.last) &&
    isCount(log.bytes) &&
    (snapshot === undefined ||
      (typeof snapshot?.name === "string" && isCount(snapshot.chunks) && isCount(snapshot.bytes)));
  if (!isHead) return { error: { kind: "damaged", what: "lacks a field, or has a wrong one" } };
  return { value: { epoch, writer, writes, log, snapshot } };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
