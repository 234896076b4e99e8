/**
 * Small files, replaced whole: a crash of the agent leaves the old content or the new.
 *
 * Synchronous on purpose. PERF: a launch writes four such files; done synchronously that is some 20
 * system calls and 100 microseconds, done through the thread pool three times that. They are not
 * synced to disk, because tasks do not survive what would lose them (a power cut) either; what a
 * scheduler is told goes through update-files.ts, which does sync.
 */

import {
  closeSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { CodedError } from "@tavola/base";
import type { MessageType } from "@tavola/protocol";
import { encodeCheckpoint } from "../core/checkpoint-format.ts";

const privateMode = 0o600;
const newFileOptions = { mode: privateMode, flag: "wx" } as const;

/** Makes the directory when it is missing. Throws CodedError CANNOT_WRITE. */
export function writeCheckpoint<T>(path: string, type: MessageType<T>, message: T): void {
  replaceFile(path, encodeCheckpoint(type, message));
}

export function writeText(path: string, text: string): void {
  replaceFile(path, Buffer.from(text));
}

/** A file in a directory that nobody looks into yet: it need not be whole at every moment. */
export function writeNewCheckpoint<T>(path: string, type: MessageType<T>, message: T): void {
  writing(path, () => writeFileSync(path, encodeCheckpoint(type, message), newFileOptions));
}

export function writeNewText(path: string, text: string): void {
  writing(path, () => writeFileSync(path, text, newFileOptions));
}

/** An empty file whose being there says something. Idempotent. */
export function touchMarker(path: string): void {
  writing(path, () => closeSync(openInDirectory(path, "a", 0o644)));
}

export function makeDirectories(path: string): void {
  writing(path, () => mkdirSync(path, { recursive: true, mode: 0o755 }));
}

/** Also when an older link, or a link to nowhere, is there. PERF: one system call when there is none. */
export function replaceLink(target: string, path: string): void {
  writing(path, () => {
    if (makeLink(target, path) || readLink(path) === target) return;
    const temporary = temporaryBeside(path);
    rmSync(temporary, { force: true });
    symlinkSync(target, temporary);
    renameSync(temporary, path);
  });
}

/** false when something is there already. */
function makeLink(target: string, path: string): boolean {
  try {
    symlinkSync(target, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

export function removeLink(path: string): void {
  writing(path, () => rmSync(path, { force: true }));
}

/** Where a link points; undefined when there is none. */
export function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function replaceFile(path: string, content: Uint8Array): void {
  writing(path, () => {
    const temporary = temporaryBeside(path);
    const file = openInDirectory(temporary, "w", privateMode);
    try {
      writeWhole(file, content);
    } catch (error) {
      closeSync(file);
      rmSync(temporary, { force: true });
      throw error;
    }
    closeSync(file);
    renameSync(temporary, path);
  });
}

function writeWhole(file: number, content: Uint8Array): void {
  let written = 0;
  while (written < content.length) written += writeSync(file, content, written);
}

/** The directory is there, as a rule: making it costs only those who come first. */
function openInDirectory(path: string, flags: "a" | "w", mode: number): number {
  try {
    return openSync(path, flags, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    return openSync(path, flags, mode);
  }
}

/** One agent writes here, one file at a time, so that one name will do. */
function temporaryBeside(path: string): string {
  return `${path}.tmp`;
}

/** What goes wrong in `write` becomes CodedError CANNOT_WRITE. */
export function writing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    throw new CodedError("CANNOT_WRITE", `cannot write ${path}`, { path }, { cause });
  }
}
