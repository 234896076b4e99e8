/**
 * A file as `ls -l` shows it: the entries of `/files/browse` and of LIST_FILES.
 */

import type { Stats } from "node:fs";
import { groupNameOf, userNameOf } from "./unix-users.ts";

export interface FileListing {
  readonly path: string;
  readonly nlink: number;
  readonly size: number;
  /** Whole seconds since the epoch, as Mesos has it. */
  readonly mtimeSeconds: number;
  /** The raw st_mode; LIST_FILES sends it. */
  readonly modeBits: number;
  /** "-rw-r--r--". */
  readonly mode: string;
  /** Names, or numbers where there is no name. */
  readonly uid: string;
  readonly gid: string;
}

export function listingOf(path: string, stats: Stats): FileListing {
  return {
    path,
    nlink: stats.nlink,
    size: stats.size,
    mtimeSeconds: Math.floor(stats.mtimeMs / 1000),
    modeBits: stats.mode,
    mode: formatMode(stats.mode),
    uid: userNameOf(stats.uid),
    gid: groupNameOf(stats.gid),
  };
}

/** S_IFMT values. */
const typeLetters: ReadonlyMap<number, string> = new Map([
  [0o100000, "-"],
  [0o040000, "d"],
  [0o020000, "c"],
  [0o060000, "b"],
  [0o010000, "p"],
  [0o120000, "l"],
  [0o140000, "s"],
]);

/** st_mode as ten characters. Like Mesos's, it does not show setuid, setgid and sticky bits. */
export function formatMode(mode: number): string {
  let text = typeLetters.get(mode & 0o170000) ?? "-";
  for (let bit = 8; bit >= 0; bit -= 1) {
    text += (mode >> bit) & 1 ? ("xwr"[bit % 3] ?? "") : "-";
  }
  return text;
}

/** One object of `/files/browse`, its members in the order and form that Mesos writes. */
export function formatListingJson(entry: FileListing): string {
  const { gid, mode, nlink, path, size, uid } = entry;
  return (
    `{"gid":${JSON.stringify(gid)},"mode":"${mode}","mtime":${entry.mtimeSeconds}.0,` +
    `"nlink":${nlink},"path":${JSON.stringify(path)},"size":${size},"uid":${JSON.stringify(uid)}}`
  );
}
