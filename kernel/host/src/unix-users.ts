/**
 * Users and groups of this machine, from /etc/passwd and /etc/group.
 *
 * Read again when the files change. Does not ask NIS, LDAP or systemd's dynamic users: Node has no
 * name service, and a daemon that called `getent` for each file listed would be slow to list files.
 */

import { readFileSync, statSync } from "node:fs";

export interface UnixUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Ids of all groups: the primary one first. */
  readonly gids: readonly number[];
  readonly home: string;
  readonly shell: string;
}

/** undefined when there is none of that name. A number is taken as a uid. */
export function findUser(name: string): UnixUser | undefined {
  const row =
    passwd.rows().find((each) => each[0] === name) ??
    (/^\d+$/.test(name) ? passwd.rows().find((each) => each[2] === name) : undefined);
  if (row === undefined) return undefined;
  const [user = "", , uid, gid, , home = "/", shell = "/bin/sh"] = row;
  const primary = Number(gid);
  const others = group
    .rows()
    .filter((each) => each[3]?.split(",").includes(user))
    .map((each) => Number(each[2]));
  const gids = [primary, ...others.filter((other) => other !== primary)];
  return { name: user, uid: Number(uid), gid: primary, gids, home, shell };
}

/** The name of a uid, or the number itself where it has none. */
export function userNameOf(uid: number): string {
  return passwd.nameOf(uid);
}

/** The name of a gid, or the number itself where it has none. */
export function groupNameOf(gid: number): string {
  return group.nameOf(gid);
}

/** One of the two files: lines of fields between colons, kept until the file's time changes. */
class AccountFile {
  readonly #path: string;
  #mtimeMs = -1;
  #rows: readonly (readonly string[])[] = [];
  #names = new Map<number, string>();

  constructor(path: string) {
    this.#path = path;
  }

  rows(): readonly (readonly string[])[] {
    const mtimeMs = statSync(this.#path, { throwIfNoEntry: false })?.mtimeMs;
    if (mtimeMs === undefined) return [];
    if (mtimeMs !== this.#mtimeMs) {
      this.#mtimeMs = mtimeMs;
      this.#rows = readFileSync(this.#path, "utf8")
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => line.split(":"));
      this.#names = new Map();
      for (const row of this.#rows) {
        const id = Number(row[2]);
        // The first line of an id names it, as getpwuid() has it.
        if (!this.#names.has(id)) this.#names.set(id, row[0] ?? "");
      }
    }
    return this.#rows;
  }

  nameOf(id: number): string {
    this.rows();
    return this.#names.get(id) ?? String(id);
  }
}

const passwd = new AccountFile("/etc/passwd");
const group = new AccountFile("/etc/group");
