/**
 * `/files/browse`, `/files/read`, `/files/download` and `/files/debug` as Mesos answers them.
 *
 * Master and agent serve the same four; what they have attached differs (served-files.ts). Texts and
 * statuses are Mesos's. The bytes of a file go into `/files/read`'s JSON as they are, also where they
 * are no UTF-8, because that is what Mesos's readers expect.
 */

import { basename, extname } from "node:path";
import type { Result } from "@tavola/base";
import { formatListingJson } from "./file-listing.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "./http.ts";
import { jsonResponse, type Route, textResponse } from "./http-router.ts";
import { mediaTypeOf } from "./media-type-of.ts";
import type { FilesRefusal, OpenedFile, ServedFiles } from "./served-files.ts";

const statusOf = { invalid: 400, notFound: 404, failed: 500 } as const;

/** Routes of the process `files`, ready for `createRouter`. Mesos checks no method on them. */
export function createFilesApi(files: ServedFiles): readonly Route[] {
  const handlers: Readonly<Record<string, HttpHandler>> = {
    browse: (request) => browse(files, request),
    read: (request) => read(files, request),
    download: (request) => download(files, request),
    debug: (request) => jsonResponse(request, JSON.stringify(Object.fromEntries(sorted(files)))),
  };
  return Object.entries(handlers).map(([path, handle]) => ({ process: "files", path, handle }));
}

function sorted(files: ServedFiles): [string, string][] {
  return [...files.attached].sort(([a], [b]) => (a < b ? -1 : 1));
}

async function browse(files: ServedFiles, request: HttpRequest): Promise<HttpResponse> {
  const path = request.query.get("path");
  if (!path) return pathMissing();
  const listing = await files.browse(path);
  if (listing.error !== undefined) return filesRefusal(listing.error);
  return jsonResponse(request, `[${listing.value.map(formatListingJson).join(",")}]`);
}

async function read(files: ServedFiles, request: HttpRequest): Promise<HttpResponse> {
  const path = request.query.get("path");
  if (!path) return pathMissing();
  const offset = parsePosition("offset", request.query.get("offset"));
  if (offset.error !== undefined) return textResponse(400, offset.error);
  const length = parsePosition("length", request.query.get("length"));
  if (length.error !== undefined) return textResponse(400, length.error);
  // The webui asks with offset -1, or none, for the file's size.
  const asksForSize = offset.value === -1;
  const wanted = asksForSize ? 0 : length.value === -1 ? undefined : length.value;
  const content = await files.read(path, asksForSize ? 0 : offset.value, wanted);
  if (content.error !== undefined) return filesRefusal(content.error);
  const { data, sizeBytes } = content.value;
  // One character a byte, there and back: JSON's escapes are ASCII, all else stays as it is.
  const text = JSON.stringify(Buffer.from(data).toString("latin1"));
  const json = `{"data":${text},"offset":${asksForSize ? sizeBytes : offset.value}}`;
  return jsonResponse(request, Buffer.from(json, "latin1"));
}

async function download(files: ServedFiles, request: HttpRequest): Promise<HttpResponse> {
  const path = request.query.get("path");
  if (!path) return pathMissing();
  const opened = await files.open(path, "download");
  if (opened.error !== undefined) return filesRefusal(opened.error);
  const { realPath, sizeBytes } = opened.value;
  return {
    status: 200,
    headers: {
      "Content-Length": String(sizeBytes),
      "Content-Disposition": dispositionOf(basename(realPath)),
      "Content-Type": mediaTypeOf(extname(realPath)),
    },
    pull: contentOf(opened.value),
  };
}

const pieceBytes = 256 * 1024;

/** As many bytes as were announced; a file that shrinks meanwhile ends the connection early. */
async function* contentOf({ handle, sizeBytes }: OpenedFile): AsyncGenerator<Uint8Array> {
  try {
    let offset = 0;
    while (offset < sizeBytes) {
      const wanted = Math.min(pieceBytes, sizeBytes - offset);
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(wanted), 0, wanted, offset);
      if (bytesRead === 0) throw new Error("the file got shorter while it was sent");
      offset += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** A plain name is written bare, as Mesos does; any other by RFC 6266, so that it cannot end the header. */
function dispositionOf(name: string): string {
  if (/^[\w.+-]+$/.test(name)) return `attachment; filename=${name}`;
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\]/g, "_");
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}

/** -1 when absent or -1. Mesos's texts. */
function parsePosition(name: "offset" | "length", text: string | null): Result<number> {
  if (text === null) return { value: -1 };
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(value)) {
    return { error: `Failed to parse ${name}: Failed to convert '${text}' to number.\n` };
  }
  if (value < -1) {
    return { error: `Negative ${name} provided: ${value}.\n` };
  }
  return { value };
}

function pathMissing(): HttpResponse {
  return textResponse(400, "Expecting 'path=value' in query.\n");
}

/** Mesos's status, and the reason as text. */
export function filesRefusal(error: FilesRefusal): HttpResponse {
  return textResponse(statusOf[error.kind], error.message);
}
