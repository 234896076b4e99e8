/**
 * RecordIO: ASCII decimal length, newline, payload. STUB of signatures; replaced.
 */
import type { Result } from "@tavola/base";

export function encodeRecord(_payload: Uint8Array | string): Uint8Array {
  throw new Error("not there yet");
}

/** Takes a stream in pieces cut anywhere, gives whole records. */
export class RecordDecoder {
  constructor(_options?: { readonly recordBytesMax?: number }) {}
  /** The records that `chunk` completed; after an error the decoder stays failed. */
  push(_chunk: Uint8Array): Result<Uint8Array[]> {
    throw new Error("not there yet");
  }
}
