/**
 * Reads a request's body whole, inflated and bounded.
 *
 * The bound holds for what came over the wire and for what it inflates to, so that neither a huge
 * body nor a small one that inflates to a huge one is ever held. What is refused is said with a
 * CodedError that the HTTP server turns into a status: BODY_TOO_LARGE 413, BODY_MALFORMED 400,
 * BODY_TIMED_OUT 408, CONNECTION_LOST (nobody left to answer).
 */

import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip as gunzipCallback } from "node:zlib";
import { CodedError } from "@tavola/base";
import { watchSilence } from "./silence-watch.ts";

const gunzip = promisify(gunzipCallback);

export interface BodyLimits {
  /** Of the body as the handler sees it, inflated. */
  readonly bodyBytesMax: number;
  /** How long the client may be silent in the middle of its body. */
  readonly silenceMsMax: number;
}

export async function readRequestBody(
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<Uint8Array> {
  const raw = await collect(request, limits);
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase();
  if (encoding === undefined || encoding === "" || encoding === "identity") return raw;
  if (encoding === "gzip") return await inflate(raw, limits.bodyBytesMax);
  // Mesos hands other encodings to the handler as they are; so do we.
  return raw;
}

async function inflate(raw: Uint8Array, bodyBytesMax: number): Promise<Uint8Array> {
  try {
    return await gunzip(raw, { maxOutputLength: bodyBytesMax });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw tooLarge(bodyBytesMax);
    }
    throw new CodedError(
      "BODY_MALFORMED",
      "Failed to inflate the gzip request body",
      {},
      { cause },
    );
  }
}

function tooLarge(bodyBytesMax: number): CodedError {
  return new CodedError(
    "BODY_TOO_LARGE",
    `Request body is larger than the limit of ${bodyBytesMax} bytes`,
    { bodyBytesMax },
  );
}

function collect(request: IncomingMessage, limits: BodyLimits): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const announced = Number(request.headers["content-length"] ?? 0);
    if (announced > limits.bodyBytesMax) {
      reject(tooLarge(limits.bodyBytesMax));
      return;
    }
    if (request.readableEnded) {
      resolve(new Uint8Array(0));
      return;
    }
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const watched = watchSilence(limits.silenceMsMax, () => {
      const text = `No more of the request body within ${limits.silenceMsMax} ms`;
      finish(() => reject(new CodedError("BODY_TIMED_OUT", text)));
    });

    function finish(settle: () => void): void {
      watched.stop();
      request.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
      settle();
    }
    function onData(chunk: Buffer): void {
      bytes += chunk.length;
      if (bytes > limits.bodyBytesMax) {
        request.pause();
        finish(() => reject(tooLarge(limits.bodyBytesMax)));
        return;
      }
      chunks.push(chunk);
      watched.noise();
    }
    function onEnd(): void {
      const [first] = chunks;
      finish(() => resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks)));
    }
    function onClose(): void {
      const text = "The client went away before its body ended";
      finish(() => reject(new CodedError("CONNECTION_LOST", text)));
    }
    request.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
  });
}
