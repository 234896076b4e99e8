/**
 * Where in etcd's flat key space everything of ours lies.
 *
 *     tavola/tree/<depth><path>    a value; depth counts the path's names, so that the children of a
 *                                  path, and nothing deeper, are one range: those of /mesos are
 *                                  [tavola/tree/2/mesos/ .. tavola/tree/2/mesos0)
 *     tavola/sequence<group>       how many members a group has had; never deleted
 *     tavola/session/<lease>       there as long as the session is; every write asks for it
 *
 * Everything begins with `tavola/`, which is what a role of an etcd user must be granted.
 */

import type { StorePath } from "../coordination.ts";

/** What etcd calls a range: from `key` on, below `range_end`; base64 as its JSON has it. */
export interface KeyRange {
  readonly key: string;
  readonly range_end: string;
}

export function treeKey(path: StorePath): string {
  return base64(`tavola/tree/${depthOf(path)}${path}`);
}

export function childrenRange(path: StorePath): KeyRange {
  const start = `tavola/tree/${depthOf(path) + 1}${path === "/" ? "" : path}`;
  // "0" is the character after "/".
  return { key: base64(`${start}/`), range_end: base64(`${start}0`) };
}

export function sequenceKey(group: StorePath): string {
  return base64(`tavola/sequence${group}`);
}

export function sessionKey(lease: string): string {
  return base64(`tavola/session/${lease}`);
}

/** The last name of a key that `treeKey()` made. */
export function nameOfKey(key: string): string {
  const text = Buffer.from(key, "base64").toString("utf8");
  return text.slice(text.lastIndexOf("/") + 1);
}

function depthOf(path: StorePath): number {
  if (path === "/") return 0;
  let depth = 0;
  for (const character of path) if (character === "/") depth += 1;
  return depth;
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
