/**
 * How answers are put on the wire.
 *
 * Short ones are one text. Long lists go piece by piece, so that a list of fifty thousand tasks holds
 * up nobody: between two pieces others get their turn, and no more than the client takes is made.
 */

import type { HttpResponse } from "@tavola/host";
import type { Shape } from "../core/model/shape.ts";

const headers = { "Content-Type": "application/json" } as const;

/** Lists longer than this go in pieces of so many items. */
const itemsPerPiece = 256;

/** A list that knows how its items are written. */
export interface LongList {
  readonly items: readonly unknown[];
  readonly item: Shape<unknown>;
}

export function jsonAnswer(status: number, json: string): HttpResponse {
  return { status, headers, body: json };
}

/** Bytes that are JSON already, one after the other. */
export function jsonPieces(pieces: readonly Uint8Array[]): HttpResponse {
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  return {
    status: 200,
    headers: { ...headers, "Content-Length": String(length) },
    pull: inTurns(pieces),
  };
}

async function* inTurns(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    yield piece;
    await nextTurn();
  }
}

/** Lets what else is waiting happen. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function listAnswer<T>(items: readonly T[], item: Shape<T>): HttpResponse {
  if (items.length <= itemsPerPiece) {
    return jsonAnswer(200, `[${items.map((each) => item.format(each)).join(",")}]`);
  }
  return { status: 200, headers, pull: listPieces(items, item) };
}

async function* listPieces<T>(items: readonly T[], item: Shape<T>): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < items.length; at += itemsPerPiece) {
    const part = items.slice(at, at + itemsPerPiece).map((each) => item.format(each));
    const isLast = at + itemsPerPiece >= items.length;
    yield Buffer.from(`${at === 0 ? "[" : ","}${part.join(",")}${isLast ? "]" : ""}`);
    await nextTurn();
  }
}

export function refusalAnswer({
  status,
  message,
}: {
  readonly status: number;
  readonly message: string;
}): HttpResponse {
  return textAnswer(status, message);
}

export function textAnswer(status: number, text: string): HttpResponse {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8" }, body: text };
}
