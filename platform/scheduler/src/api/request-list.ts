/**
 * The list of all requests, kept as bytes in pieces.
 *
 * Dashboards ask for it every few seconds, and it is megabytes at ten thousand requests. Records never
 * change, so a piece of the list is good for as long as the same records are in it; after a change only
 * the pieces that it touched are written anew. The text of each request is kept as well, for lists that
 * are parts of this one.
 *
 * PERF: after a change a piece that is still good costs 512 comparisons, one that is not about 2 ms;
 * between two pieces others get their turn. Where nothing was filed since, nothing is compared.
 */

import { requestParentShape } from "../core/model/answers-shape.ts";
import type { RequestWithState } from "../core/model/request.ts";
import type { RequestDeploys } from "../core/records.ts";
import type { SchedulerState } from "../core/state.ts";
import { briefParentOf } from "./request-parents.ts";

const requestsPerPiece = 512;
const ending = Buffer.from("]");

interface Piece {
  readonly requests: readonly RequestWithState[];
  readonly deploys: readonly (RequestDeploys | undefined)[];
  readonly bytes: Uint8Array;
  /** What `filedOf` said of the state when it was last looked through. */
  goodFor: number;
}

export class RequestList {
  readonly #pieces: Piece[] = [];

  /** Together they are a JSON list of brief parents, in the order in which the requests came. */
  *bytes(state: SchedulerState): Generator<Uint8Array> {
    const filed = filedOf(state);
    const count = Math.ceil(state.records.request.size / requestsPerPiece);
    if (count > 0 && this.#isGoodFor(filed, count)) {
      // A copy: while it is sent, another reader may find pieces that have changed.
      yield* this.#pieces.map(({ bytes }) => bytes);
      yield ending;
      return;
    }
    const requests = [...state.records.request.values()];
    this.#pieces.length = Math.min(this.#pieces.length, count);
    if (count === 0) yield Buffer.from("[");
    for (let index = 0; index < count; index += 1) {
      const at = index * requestsPerPiece;
      const piece = this.#piece(state, index, requests.slice(at, at + requestsPerPiece));
      piece.goodFor = filed;
      yield piece.bytes;
    }
    yield ending;
  }

  #isGoodFor(filed: number, count: number): boolean {
    const { length } = this.#pieces;
    return length === count && this.#pieces.every(({ goodFor }) => goodFor === filed);
  }

  #piece(state: SchedulerState, index: number, requests: readonly RequestWithState[]): Piece {
    const before = this.#pieces[index];
    const deploys = requests.map(({ request }) => state.records.requestDeploys.get(request.id));
    if (before !== undefined && isSame(before, requests, deploys)) return before;
    const texts = requests.map((request, at) => briefTextOf(request, deploys[at]));
    const bytes = Buffer.from((index === 0 ? "[" : ",") + texts.join(","));
    const piece = { requests, deploys, bytes, goodFor: -1 };
    this.#pieces[index] = piece;
    return piece;
  }
}

/** Both only grow. */
function filedOf({ filed }: SchedulerState): number {
  return filed.request + filed.requestDeploys;
}

function isSame(
  piece: Piece,
  requests: readonly RequestWithState[],
  deploys: readonly (RequestDeploys | undefined)[],
): boolean {
  if (piece.requests.length !== requests.length) return false;
  return requests.every(
    (request, index) =>
      piece.requests[index] === request && piece.deploys[index] === deploys[index],
  );
}

const texts = new WeakMap<
  RequestWithState,
  { readonly deploys: RequestDeploys | undefined; readonly text: string }
>();

/** A brief parent as JSON. PERF: written once as long as both records stay. */
export function briefTextOf(
  request: RequestWithState,
  deploys: RequestDeploys | undefined,
): string {
  const known = texts.get(request);
  if (known !== undefined && known.deploys === deploys) return known.text;
  const text = requestParentShape.format(briefParentOf(request, deploys));
  texts.set(request, { deploys, text });
  return text;
}
