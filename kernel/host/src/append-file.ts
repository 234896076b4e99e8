/**
 * A file that only grows, where "appended" means on disk.
 *
 * Appends that come while one is being synced are written and synced together, in order, so that many
 * small ones cost few syncs. After a failed write nobody knows what is on disk: the file stays failed
 * and every later append is refused, until somebody opens it anew and looks.
 */

import { type FileHandle, open } from "node:fs/promises";
import type { CodedError } from "@tavola/base";
import { cannotWrite } from "./files.ts";

export interface AppendFile {
  /** Resolves when the bytes are on disk. Rejects with CodedError CANNOT_WRITE. */
  append(bytes: Uint8Array): Promise<void>;
  /** Waits for what was appended, then closes. Idempotent. */
  close(): Promise<void>;
}

export interface AppendFileOptions {
  /** Of a file that is made. Default 0o644. */
  readonly mode?: number;
  /** Sync before an append resolves. Default true; false survives our death but no power cut. */
  readonly durable?: boolean;
}

export async function openAppendFile(
  path: string,
  options: AppendFileOptions = {},
): Promise<AppendFile> {
  try {
    const handle = await open(path, "a", options.mode ?? 0o644);
    return new GrowingFile(path, handle, options.durable ?? true);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

class GrowingFile implements AppendFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #durable: boolean;
  #waiting: Uint8Array[] = [];
  /** The batch that takes what is appended now; undefined when none is due. */
  #nextBatch: Promise<void> | undefined;
  #lastBatch: Promise<void> = Promise.resolve();
  #failure: CodedError | undefined;
  #closing: Promise<void> | undefined;

  constructor(path: string, handle: FileHandle, durable: boolean) {
    this.#path = path;
    this.#handle = handle;
    this.#durable = durable;
  }

  append(bytes: Uint8Array): Promise<void> {
    if (this.#closing !== undefined) {
      return Promise.reject(cannotWrite(this.#path, new Error("the file is closed")));
    }
    this.#waiting.push(bytes);
    if (this.#nextBatch === undefined) {
      const batch = this.#lastBatch.then(
        () => this.#writeBatch(),
        () => this.#writeBatch(),
      );
      this.#nextBatch = batch;
      this.#lastBatch = batch;
    }
    return this.#nextBatch;
  }

  close(): Promise<void> {
    this.#closing ??= this.#lastBatch.catch(() => {}).then(() => this.#handle.close());
    return this.#closing;
  }

  async #writeBatch(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#nextBatch = undefined;
    if (this.#failure !== undefined) throw this.#failure;
    try {
      await this.#handle.appendFile(
        batch.length === 1 ? (batch[0] as Uint8Array) : Buffer.concat(batch),
      );
      if (this.#durable) await this.#handle.datasync();
    } catch (cause) {
      this.#failure = cannotWrite(this.#path, cause);
      throw this.#failure;
    }
  }
}
