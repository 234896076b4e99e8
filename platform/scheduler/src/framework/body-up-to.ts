/**
 * The body of an answer of somebody who may send anything: read as far as it is taken, and then given up.
 */

import { CodedError } from "@tavola/base";
import type { HttpClientResponse } from "@tavola/host";

/** Rejects with BODY_TOO_LARGE, and with what the connection says. What is beyond the limit is not read. */
export async function bodyUpTo(
  response: Pick<HttpClientResponse, "chunks">,
  bytesMax: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.chunks()) {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      const message = `the answer has more than the ${bytesMax} bytes that are taken of it`;
      throw new CodedError("BODY_TOO_LARGE", message, { bytesMax });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
