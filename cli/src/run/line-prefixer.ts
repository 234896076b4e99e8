/**
 * Puts a word before every line, so that the output of several tasks can be told apart.
 *
 * Whole lines only: a line that has not ended is kept back until it has, so that two tasks do not
 * write into each other's. One that grows too long is shown as it is.
 */

const lineBytesMax = 64 * 1024;

export class LinePrefixer {
  readonly #prefix: Buffer;
  #partial: Buffer = Buffer.alloc(0);

  constructor(prefix: string) {
    this.#prefix = Buffer.from(prefix);
  }

  /** The lines that `chunk` completed, each with the prefix. */
  push(chunk: Uint8Array): Buffer {
    const data = Buffer.concat([this.#partial, chunk]);
    const parts: Buffer[] = [];
    let start = 0;
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, start)) {
      parts.push(this.#prefix, data.subarray(start, end + 1));
      start = end + 1;
    }
    this.#partial = data.subarray(start);
    if (this.#partial.length > lineBytesMax) parts.push(this.end());
    return Buffer.concat(parts);
  }

  /** The last line, ended. */
  end(): Buffer {
    if (this.#partial.length === 0) return Buffer.alloc(0);
    const line = Buffer.concat([this.#prefix, this.#partial, Buffer.from("\n")]);
    this.#partial = Buffer.alloc(0);
    return line;
  }
}
