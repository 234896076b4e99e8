/**
 * How answers are put on the wire.
 *
 * Short ones are one text. Long lists go piece by piece, so that a list of fifty thousand tasks holds
 * up nobody: between two pieces others get their turn, and no more than the client takes is made.
 */

import type { HttpResponse } from "@tavola/host";

const headers = { "Content-Type": "application/json" } as const;

/** Lists longer than this go in pieces. */
const shortItemsMax = 64;

/** A piece is sent when it has so many characters, or took so many items. */
const pieceCharactersMin = 64 * 1024;
const pieceItemsMax = 512;

/** After a piece of so many bytes others get their turn. */
const largeBytes = 16 * 1024;

/** A list that knows how its items are written: JSON, or undefined for one that is left out. */
export interface LongList {
  readonly items: readonly unknown[];
  readonly format: (item: unknown) => string | undefined;
}

export function jsonAnswer(status: number, json: string): HttpResponse {
  return { status, headers, body: json };
}

/** Bytes that together are JSON, made while they are sent. */
export function jsonPieces(pieces: Iterable<Uint8Array>): HttpResponse {
  return { status: 200, headers, pull: inTurns(pieces) };
}

async function* inTurns(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    yield piece;
    if (piece.byteLength >= largeBytes) await nextTurn();
  }
}

/** Lets what else is waiting happen. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function listAnswer(list: LongList): HttpResponse {
  if (list.items.length > shortItemsMax) return jsonPieces(listPieces(list));
  const texts = list.items.map(list.format).filter((text) => text !== undefined);
  return jsonAnswer(200, `[${texts.join(",")}]`);
}

function* listPieces({ items, format }: LongList): Generator<Uint8Array> {
  let piece: string[] = [];
  let characters = 0;
  let looked = 0;
  let separator = "[";
  for (const item of items) {
    const text = format(item);
    if (text !== undefined) {
      piece.push(separator, text);
      characters += text.length;
      separator = ",";
    }
    looked += 1;
    if (characters < pieceCharactersMin && looked < pieceItemsMax) continue;
    yield Buffer.from(piece.join(""));
    piece = [];
    characters = 0;
    looked = 0;
  }
  yield Buffer.from(`${piece.join("")}${separator === "[" ? "[]" : "]"}`);
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
