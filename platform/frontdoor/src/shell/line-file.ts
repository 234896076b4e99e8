/**
 * A file that lines are added to. A disk that is full may take a part of one, and what comes after it,
 * when there is room again, is a line of its own.
 */

import type { FileHandle } from "node:fs/promises";

const lineEnd = 0x0a;

export class LineFile {
  readonly handle: FileHandle;
  /** The last line has no end. */
  #isTorn = false;

  constructor(handle: FileHandle) {
    this.handle = handle;
  }

  /** `lines`: each with its end. Rejects with what the disk says. */
  async append(lines: string): Promise<void> {
    const bytes = Buffer.from(this.#isTorn ? `\n${lines}` : lines);
    let at = 0;
    try {
      while (at < bytes.length) at += (await this.handle.write(bytes, at)).bytesWritten;
    } finally {
      if (at > 0) this.#isTorn = bytes[at - 1] !== lineEnd;
    }
  }
}
