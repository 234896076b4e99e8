/**
 * What a path may look like, and what a transaction may hold, the same on every backend.
 *
 * Backends ask here before they send anything, so that a bad path is refused by a sentence of ours
 * and never by three different ones of theirs.
 */

import { CodedError } from "@tavola/base";
import { type StorePath, type StoreWrite, valueBytesMax } from "./coordination.ts";

/** Longer paths are refused: a key in etcd and an index in SQLite should stay small. */
const pathCharactersMax = 1024;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a name may not hold
const controlCharacter = /[\u0000-\u001f\u007f-\u009f\ud800-\uf8ff\ufff0-\uffff]/;

/** Why the text is no path; undefined when it is one. The root `/` is none: it holds no value. */
export function validatePath(path: string): string | undefined {
  if (!path.startsWith("/")) return `path "${path}" does not begin with "/"`;
  if (path.length > pathCharactersMax) {
    return `path of ${path.length} characters is longer than ${pathCharactersMax}`;
  }
  for (const name of path.slice(1).split("/")) {
    const why = validateName(name);
    if (why !== undefined) return `path "${path}" ${why}`;
  }
  return undefined;
}

function validateName(name: string): string | undefined {
  if (name === "") return 'has an empty name in it (a "/" too many)';
  if (name === "." || name === "..") return `has "${name}" in it`;
  return controlCharacter.test(name) ? "has a character in it that ZooKeeper refuses" : undefined;
}

/** Throws BAD_PATH. */
export function assertPath(path: string): void {
  const why = validatePath(path);
  if (why !== undefined) throw new CodedError("BAD_PATH", why, { path });
}

/** For `children` and `watch`, which take the root as well. Throws BAD_PATH. */
export function assertPathOrRoot(path: string): void {
  if (path !== "/") assertPath(path);
}

/** For `join`. Throws BAD_PATH or TOO_LARGE. */
export function assertMember(group: StorePath, prefix: string, value: Uint8Array): void {
  assertPath(group);
  assertPath(`${group}/${prefix}0000000000`);
  if (prefix.includes("/")) {
    throw new CodedError("BAD_PATH", `a member's prefix holds no "/": "${prefix}"`, { prefix });
  }
  assertSize(value.length, `member ${group}/${prefix}`);
}

/** Throws BAD_PATH or TOO_LARGE. A transaction names each path once. */
export function assertWrites(writes: readonly StoreWrite[]): void {
  const paths = new Set<string>();
  let bytes = 0;
  for (const write of writes) {
    assertPath(write.path);
    if (paths.has(write.path)) {
      throw new CodedError("BAD_PATH", `a transaction names "${write.path}" more than once`, {
        path: write.path,
      });
    }
    paths.add(write.path);
    if ("value" in write) bytes += write.value.length;
  }
  assertSize(bytes, writes.length === 1 ? `value of ${writes[0]?.path}` : "transaction");
}

function assertSize(bytes: number, what: string): void {
  if (bytes > valueBytesMax) {
    throw new CodedError(
      "TOO_LARGE",
      `${what} has ${bytes} bytes; a store takes ${valueBytesMax} at once: split it`,
      { bytes, bytesMax: valueBytesMax },
    );
  }
}

/** The path above; "/" above a first one. */
export function parentOf(path: StorePath): StorePath {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

export function nameOf(path: StorePath): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The paths above, the outermost first, without the root: `/a`, `/a/b` for `/a/b/c`. */
export function ancestorsOf(path: StorePath): StorePath[] {
  const ancestors: StorePath[] = [];
  for (let at = path.indexOf("/", 1); at !== -1; at = path.indexOf("/", at + 1)) {
    ancestors.push(path.slice(0, at));
  }
  return ancestors;
}
