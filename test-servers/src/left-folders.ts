/**
 * Folders of servers whose test was killed before it could remove them, found by the next one.
 *
 * A folder's name says whose it is: the PID namespace and the process. One whose process is gone from
 * our own namespace is nobody's; of other namespaces (containers that share the folder) we know nothing.
 */

import { existsSync, readlinkSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const prefix = "tavola-servers-";

/** Makes a folder of this process's. */
export function makeServerFolder(parent: string = tmpdir()): Promise<string> {
  return mkdtemp(join(parent, `${prefix}${namespaceId()}-${process.pid}-`));
}

/** Removes what dead processes have left. */
export async function removeLeftFolders(parent: string = tmpdir()): Promise<void> {
  const namePattern = new RegExp(`^${prefix}${namespaceId()}-(\\d+)-\\w+$`);
  for (const name of await readdir(parent)) {
    const [, owner] = namePattern.exec(name) ?? [];
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

function namespaceId(): string {
  return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
}
