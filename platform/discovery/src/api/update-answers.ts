/**
 * An update as it is answered: as it is, or compressed once for all who take it so.
 */

import { promisify } from "node:util";
import { constants, gzip as gzipCallback } from "node:zlib";
import { acceptsEncoding, type PlainResponse } from "@tavola/host";
import type { Update } from "../core/watchers.ts";
import { jsonAnswer } from "./answers.ts";

const gzip = promisify(gzipCallback);

/** As everywhere in the host's HTTP. */
export const compressedBytesMin = 1024;

const compressed = new WeakMap<Update, Promise<Uint8Array>>();

/** Undefined: whoever sent these headers gets it as it is. */
export function compressedFor(
  headers: Readonly<Record<string, string>>,
  update: Update,
): Promise<Uint8Array> | undefined {
  const { bytes } = update;
  const isWorthIt = bytes.length >= compressedBytesMin;
  if (!isWorthIt || !acceptsEncoding(headers["accept-encoding"], "gzip")) return undefined;
  const body = compressed.get(update) ?? gzip(bytes, { level: constants.Z_BEST_SPEED });
  compressed.set(update, body);
  return body;
}

export function updateAnswer({ bytes }: Update): PlainResponse {
  return jsonAnswer(200, bytes);
}

export function compressedAnswer(bytes: Uint8Array): PlainResponse {
  const { headers, ...plain } = jsonAnswer(200, bytes);
  return { ...plain, headers: { ...headers, "Content-Encoding": "gzip" } };
}
