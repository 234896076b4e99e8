/**
 * What one server on the way answered, and as much of its body as is kept.
 */

/** A redirect, or the last answer. */
export interface HopAnswer {
  readonly statusCode: number;
  readonly location?: string;
  readonly body?: string;
}

/** The first bytes of a body, as text. */
export class KeptBody {
  readonly #chunks: Uint8Array[] = [];
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  add(chunk: Uint8Array): "more" | "full" {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    return this.#bytes >= this.#bytesMax ? "full" : "more";
  }

  asField(): { readonly body?: string } {
    if (this.#bytes === 0) return {};
    return { body: Buffer.concat(this.#chunks).subarray(0, this.#bytesMax).toString("utf8") };
  }
}
