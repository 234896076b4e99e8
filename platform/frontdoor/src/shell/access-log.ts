/**
 * The access log: a line for each request, to a file or standard output, behind the requests' backs.
 *
 * Lines are written in batches, one at a time; what comes meanwhile waits, up to a bound, and above it
 * is counted rather than kept: a slow disk must not slow requests, nor fill the memory. A file that was
 * moved away (logrotate) is opened anew.
 */

import { type FileHandle, open, stat } from "node:fs/promises";
import { describeError } from "@tavola/base";
import type { Clock, Logger } from "@tavola/host";
import { formatCombinedLine, formatJsonLine } from "../core/access-log-line.ts";
import type { EndedRequest } from "../plane/data-plane.ts";
import { LineFile } from "./line-file.ts";

export interface AccessLogOptions {
  /** A path, or `-` for standard output. */
  readonly path: string;
  readonly format: "combined" | "json";
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default 8 MiB. */
  readonly bufferCharactersMax?: number;
  /** For tests: where batches go. Default: the path. */
  readonly write?: (batch: string) => Promise<void>;
}

const limits = { bufferCharactersMax: 8 * 1024 * 1024, lookAgainMs: 1000 } as const;

export class AccessLog {
  readonly #options: AccessLogOptions;
  #waiting: string[] = [];
  #waitingCharacters = 0;
  #writing: Promise<void> | undefined;
  #file: LineFile | undefined;
  #lookedAt = 0;
  #dropped = 0;
  #isFailing = false;

  constructor(options: AccessLogOptions) {
    this.#options = options;
  }

  /** Lines that were not written. */
  get dropped(): number {
    return this.#dropped;
  }

  /** PERF: O(line); never waits. */
  add(request: EndedRequest): void {
    const { format, clock, bufferCharactersMax = limits.bufferCharactersMax } = this.#options;
    const endedAt = new Date(clock.now()).toISOString();
    const formatLine = format === "json" ? formatJsonLine : formatCombinedLine;
    const line = `${formatLine(request, endedAt)}\n`;
    if (this.#waitingCharacters + line.length > bufferCharactersMax) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingCharacters += line.length;
    this.#writing ??= this.#writeAll();
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.handle.close();
    this.#file = undefined;
  }

  async #writeAll(): Promise<void> {
    // Requests that end in the same turn go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#waitingCharacters = 0;
      try {
        await this.#write(lines.join(""));
        this.#isFailing = false;
      } catch (error) {
        this.#dropped += lines.length;
        const what = { path: this.#options.path, error: describeError(error as Error) };
        if (!this.#isFailing) this.#options.logger.error(what, "the access log cannot be written");
        this.#isFailing = true;
      }
    }
    this.#writing = undefined;
  }

  async #write(batch: string): Promise<void> {
    const { write, path } = this.#options;
    if (write !== undefined) return write(batch);
    if (path === "-") return writeToStandardOutput(batch);
    const file = await this.#openFile();
    await file.append(batch);
  }

  async #openFile(): Promise<LineFile> {
    const { path, clock } = this.#options;
    const now = clock.now();
    if (this.#file !== undefined && now - this.#lookedAt < limits.lookAgainMs) return this.#file;
    this.#lookedAt = now;
    if (this.#file !== undefined && !(await isSameFile(this.#file.handle, path))) {
      const moved = this.#file.handle;
      this.#file = undefined;
      await moved.close();
    }
    this.#file ??= new LineFile(await open(path, "a", 0o640));
    return this.#file;
  }
}

async function isSameFile(file: FileHandle, path: string): Promise<boolean> {
  try {
    const [ours, there] = await Promise.all([file.stat(), stat(path)]);
    return ours.ino === there.ino && ours.dev === there.dev;
  } catch {
    return false; // It is gone, and will be made again.
  }
}

function writeToStandardOutput(batch: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(batch, (error) => (error == null ? resolve() : reject(error)));
  });
}
