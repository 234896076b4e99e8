/**
 * New files in a sandbox, made by us on behalf of its owner, and nowhere else.
 *
 * We may be root while the sandbox is somebody else's, and an archive that was unpacked a moment ago
 * may have put links there: every directory on the way must really be inside, and the file itself
 * must not be a link. Nothing else runs in the sandbox yet, so what was checked stays true.
 */

import { constants } from "node:fs";
import { chown, type FileHandle, mkdir, open, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@tavola/base";
import type { ProcessUser } from "../shim/shim.ts";

/**
 * The absolute path of `path` (relative, without ".."), whose directories are made and whose old file
 * or link, if any, is removed. CodedError OUTSIDE_SANDBOX.
 */
export async function clearSandboxPath(
  sandbox: string,
  path: string,
  owner: ProcessUser | undefined,
): Promise<string> {
  const directories = path.split("/");
  const name = directories.pop() ?? "";
  let at = await realpath(sandbox);
  const root = at;
  for (const directory of directories) {
    at = await enter(root, join(at, directory), owner);
  }
  await rm(join(at, name), { force: true });
  return join(at, name);
}

/** A new file at `path`, open for writing. */
export async function createSandboxFile(
  sandbox: string,
  path: string,
  owner: ProcessUser | undefined,
): Promise<FileHandle> {
  const target = await clearSandboxPath(sandbox, path, owner);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = await open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  if (owner !== undefined) await file.chown(owner.uid, owner.gid);
  return file;
}

async function enter(
  root: string,
  directory: string,
  owner: ProcessUser | undefined,
): Promise<string> {
  const made = await mkdir(directory, { recursive: true });
  if (made !== undefined && owner !== undefined) await chown(made, owner.uid, owner.gid);
  const real = await realpath(directory);
  if (real !== root && !real.startsWith(`${root}/`)) {
    throw new CodedError("OUTSIDE_SANDBOX", `'${directory}' leads out of the sandbox`, { real });
  }
  return real;
}
