/**
 * How much of a body is kept: as JSON, in bytes, for the whole of it and for single fields.
 *
 * What is posted becomes records, is copied into the history of every task, and waits in outboxes. So it
 * is bounded where it comes in, by name, and not by the store, which could only end the scheduler. The
 * JSON as it is kept is what counts: it can be several times what was sent (`["a"]` as URIs).
 */

import { isObject } from "../core/model/shape.ts";

const kibi = 1024;
export const requestBytesMax = 256 * kibi;
/** A value of ZooKeeper's, and so a deploy of Singularity's, has 1 MiB at most. */
export const deployBytesMax = 1024 * kibi;
export const runBytesMax = 256 * kibi;
/** Lists of ids. */
export const listBytesMax = 1024 * kibi;
const otherBytesMax = 64 * kibi;

/** Ids in paths and keys of records. */
export const idCharactersMax = 2000;

export interface SizeLimits {
  /** What the whole is called in the sentence; default: the body. */
  readonly what?: string;
  /** Of all of it but `fields`; default 64 KiB. */
  readonly bytesMax?: number;
  /** Of fields with a limit of their own. */
  readonly fields?: Readonly<Record<string, number>>;
}

/** Why it is too large, naming the limit and where most of it is. PERF: O(bytes), once a call. */
export function sizeSentence(value: unknown, limits: SizeLimits = {}): string | undefined {
  const { what = "the body", bytesMax = otherBytesMax, fields = {} } = limits;
  if (!isObject(value)) return judge(what, value, bytesMax);
  const rest: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) {
    const most = fields[name];
    const sentence = most === undefined ? undefined : judge(name, part, most);
    if (sentence !== undefined) return sentence;
    if (most === undefined) rest[name] = part;
  }
  return judge(what, rest, bytesMax);
}

function judge(name: string, value: unknown, most: number): string | undefined {
  const bytes = bytesOf(value);
  if (bytes <= most) return undefined;
  const place = heaviestPath(value, bytes);
  const where = place === "" ? "" : `; most of it is ${place}`;
  return `${name} has ${bytes} bytes as JSON, and at most ${most} are kept${where}`;
}

/** Where more than half of it is, as deep as that can be said; lists are not looked into. */
function heaviestPath(value: unknown, bytes: number): string {
  if (!isObject(value)) return "";
  for (const [name, part] of Object.entries(value)) {
    const ofPart = bytesOf(part);
    if (ofPart * 2 <= bytes) continue;
    const inside = heaviestPath(part, bytes);
    return inside === "" ? `${short(name)} (${ofPart})` : `${short(name)}.${inside}`;
  }
  return "";
}

function short(name: string): string {
  return name.length > 60 ? `${name.slice(0, 57)}...` : name;
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? "");
}
