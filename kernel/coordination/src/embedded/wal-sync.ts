/**
 * Brings what was committed onto the disk, while the event loop goes on.
 *
 * SQLite appends a commit to the "-wal" file and, with `synchronous = NORMAL`, syncs that only before it
 * carries it over into the database; until then a power cut may take the last commits away, whole and in
 * order. Whoever waits for `synced` knows that everything committed before is safe from that.
 */

import { closeSync, fdatasync, openSync } from "node:fs";

export class WalSync {
  readonly #handle: number;
  #isUnderWay = false;
  #isClosed = false;

  /** `file` is the database; its "-wal" is there as long as somebody has it open. */
  constructor(file: string) {
    this.#handle = openSync(`${file}-wal`, "r+");
  }

  /** One at a time. Rejects with the operating system's error: then nobody knows what is on the disk. */
  async synced(): Promise<void> {
    this.#isUnderWay = true;
    try {
      await new Promise<void>((resolve, reject) => {
        fdatasync(this.#handle, (error) => (error === null ? resolve() : reject(error)));
      });
    } finally {
      this.#isUnderWay = false;
      if (this.#isClosed) closeSync(this.#handle);
    }
  }

  /** A sync that is under way comes to its end. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!this.#isUnderWay) closeSync(this.#handle);
  }
}
