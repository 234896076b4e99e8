/**
 * What the agent does with its machine's file system besides checkpoints: sandboxes, their age and
 * removal, and what room there is.
 *
 * Checkpoints go through a `Disk`, because what survives a crash matters there. This is the rest,
 * behind one interface, so that an agent can also run where there is no file system at all.
 */

import { readdirSync, statSync, utimesSync } from "node:fs";
import { realpath, rm, statfs } from "node:fs/promises";
import { type Instant, instant } from "@tavola/base";
import { lookAtMachine, type Machine } from "./machine-resources.ts";
import { makeSandbox, type Sandbox } from "./sandboxes.ts";
import { makeWorkDirectory } from "./work-directory.ts";

export interface MachineFiles {
  /** Makes it where it is missing; resolves with where it really is. Rejects with CANNOT_WRITE. */
  openWorkDirectory(workDir: string): Promise<string>;
  /** What this machine has, the file system of the work directory included. */
  look(workDir: string): Promise<Machine>;
  /** Throws CodedError CANNOT_WRITE or UNKNOWN_USER. */
  makeSandbox(workDir: string, sandbox: Sandbox): void;
  /** Names; none where there is no such directory. */
  directoriesIn(path: string): readonly string[];
  /** Dates a path, so that an agent which starts anew can tell how old it is. Not there: no harm. */
  touch(path: string, now: Instant): void;
  /** When it was last changed; undefined when it is not there. */
  lastChange(path: string): Instant | undefined;
  /** With all that is below it. Rejects when it cannot be removed. */
  remove(path: string): Promise<void>;
  /** Used part of the file system that holds a path, 0 to 1. Rejects when it cannot be asked. */
  usage(path: string): Promise<number>;
}

export const realMachineFiles: MachineFiles = {
  async openWorkDirectory(workDir) {
    await makeWorkDirectory(workDir);
    return await realpath(workDir);
  },
  look: lookAtMachine,
  makeSandbox,
  directoriesIn(path) {
    try {
      return readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name);
    } catch {
      // Nothing was ever run here.
      return [];
    }
  },
  touch(path, now) {
    try {
      utimesSync(path, now / 1000, now / 1000);
    } catch {
      // Not there: nothing to remove, nothing to date.
    }
  },
  lastChange(path) {
    try {
      return instant(Math.floor(statSync(path).mtimeMs));
    } catch {
      return undefined;
    }
  },
  remove: (path) => rm(path, { recursive: true, force: true }),
  async usage(path) {
    const { blocks, bfree } = await statfs(path);
    return blocks === 0 ? 0 : (blocks - bfree) / blocks;
  },
};
