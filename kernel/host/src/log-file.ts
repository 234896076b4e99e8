/**
 * The log file of a daemon, named as Mesos's logging library names them, so that people and tools that
 * collect such files find ours:
 *
 *     <log_dir>/tavola-master.INFO                                             -> the newest
 *     <log_dir>/tavola-master.host.root.log.INFO.20261121-063915.4711
 *
 * One file per start, never rotated by us. Differs: Mesos also writes the warnings, and the errors,
 * into files of their own.
 */

import { mkdirSync, openSync, renameSync, rmSync, symlinkSync, writeSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { cannotWrite } from "./files.ts";

export interface LogFile {
  /** The link, which a later start points to its own file. */
  readonly path: string;
  /** Writes before it returns. What cannot be written is lost: a full disk must not end the daemon. */
  write(line: string): void;
}

export interface LogFileOptions {
  readonly directory: string;
  /** `tavola-master` */
  readonly program: string;
  readonly startedAt: Date;
}

/** Makes the directory. Throws CodedError CANNOT_WRITE, naming it. */
export function openLogFile({ directory, program, startedAt }: LogFileOptions): LogFile {
  const name = `${program}.${hostname()}.${userName()}.log.INFO.${stamp(startedAt)}.${process.pid}`;
  const path = join(directory, `${program}.INFO`);
  try {
    mkdirSync(directory, { recursive: true });
    const file = openSync(join(directory, name), "a", 0o644);
    pointTo(name, path);
    return {
      path,
      write(line) {
        try {
          writeSync(file, line);
        } catch {
          // Whoever reads standard error still sees it.
        }
      },
    };
  } catch (cause) {
    throw cannotWrite(directory, cause);
  }
}

/** At no moment is there no link. */
function pointTo(name: string, path: string): void {
  const temporary = `${path}.${process.pid}`;
  rmSync(temporary, { force: true });
  symlinkSync(name, temporary);
  renameSync(temporary, path);
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // No entry in the machine's list of users.
    return String(process.getuid?.() ?? "unknown");
  }
}

/** `yyyymmdd-hhmmss`, local time. */
function stamp(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const date = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `${date}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
}
