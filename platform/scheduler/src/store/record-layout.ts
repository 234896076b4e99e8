/**
 * Where the scheduler's records lie in the store.
 *
 *     <path>/state                                   the head: who leads, and how much there is
 *     <path>/state/<kind>/<bucket>/<name>            a record
 *     <path>/state/<kind>/<bucket>/<name>/<1…>       what of it does not fit into one value
 *     <path>/journal/<number>                        a batch that was decided
 *
 * A bucket is a hash of the key: ZooKeeper answers at most 1 MB of children at once, which 100,000
 * records of one kind side by side would be far above. Names are keys that people can still read.
 */

import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { invariant } from "@tavola/base";
import type { StorePath } from "@tavola/coordination";

/** 100,000 records of a kind, their names of 250 characters: 400 KB of children a bucket. */
const buckets = 64;
/** Longer keys are filed under their hash; the record then tells its key. */
const nameCharactersMax = 400;
const hashMark = "~";

export function headPath(path: StorePath): StorePath {
  return `${path}/state`;
}

export function kindPath(path: StorePath, kind: string): StorePath {
  return `${headPath(path)}/${kind}`;
}

export function recordPath(path: StorePath, kind: string, key: string): StorePath {
  return `${kindPath(path, kind)}/${bucketOf(key)}/${nameOfKey(key)}`;
}

/** `part` counts from 1; part 0 is the record's own node. */
export function partPath(record: StorePath, part: number): StorePath {
  return part === 0 ? record : `${record}/${part}`;
}

export function journalFolder(path: StorePath): StorePath {
  return `${path}/journal`;
}

export function journalPath(path: StorePath, number: number): StorePath {
  return `${journalFolder(path)}/${number}`;
}

/** Hashed keys are in the first line of their record, which has room for one of so many characters. */
const keyCharactersMax = 2048;

/** What a record may be filed under: any text, but not none, not half a character, and not endless. */
export function isKey(text: string): boolean {
  return text !== "" && text.length <= keyCharactersMax && text.isWellFormed();
}

/** What a kind may be called. */
export function isKind(text: string): boolean {
  return /^[a-z][A-Za-z0-9-]{0,63}$/.test(text);
}

export function isBucket(text: string): boolean {
  return /^[0-3][0-9a-f]$/.test(text);
}

/** Two hexadecimal digits, `00` to `3f`. */
export function bucketOf(key: string): string {
  return (crc32(key) % buckets).toString(16).padStart(2, "0");
}

/** A node's name: the key with every character escaped (`%2F`) that a path does not take. */
export function nameOfKey(key: string): string {
  invariant(isKey(key), "a record's key is not empty, not endless, and is Unicode");
  const name = encodeURIComponent(key).replaceAll(hashMark, "%7E").replace(/^\.+$/, escapeDots);
  if (name.length <= nameCharactersMax) return name;
  return `${hashMark}${createHash("sha256").update(key).digest("hex")}`;
}

/** Whether the name is a hash, so that only the record knows its key. */
export function isHashed(name: string): boolean {
  return name.startsWith(hashMark);
}

/** undefined: no key is filed under that name. Not for hashed ones. */
export function keyOfName(name: string): string | undefined {
  let key: string;
  try {
    key = decodeURIComponent(name);
  } catch {
    return undefined;
  }
  return isKey(key) && nameOfKey(key) === name ? key : undefined;
}

function escapeDots(dots: string): string {
  return dots.replaceAll(".", "%2E");
}
