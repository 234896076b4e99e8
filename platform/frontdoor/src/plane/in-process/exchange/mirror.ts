/**
 * A copy of a request that goes to another service, and whose answer goes nowhere.
 *
 * It never holds the request back: a copy that falls behind, fails or takes too long is given up.
 */

import type { Duplex } from "node:stream";
import type { FieldList } from "../core/message/field-list.ts";
import { planeLimits } from "../core/plane-limits.ts";
import type { UpstreamConnection, UpstreamListener } from "../upstream/upstream-connection.ts";
import type { PlaneState } from "./plane-state.ts";
import type { Target } from "./target.ts";

export interface MirroredRequest {
  readonly head: string;
  readonly method: string;
  readonly hasBody: boolean;
  readonly isChunked: boolean;
}

export class Mirror implements UpstreamListener {
  readonly #plane: PlaneState;
  readonly #target: Target;
  #connection: UpstreamConnection | undefined;
  #cancelConnect: (() => void) | undefined;
  /** What came before there was a connection, or since it was full. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isBlocked = false;
  #end: { readonly trailers: FieldList | undefined } | undefined;
  #isOver = false;

  constructor(plane: PlaneState, target: Target, request: MirroredRequest) {
    this.#plane = plane;
    this.#target = target;
    plane.mirrors += 1;
    target.active += 1;
    const begin = (connection: UpstreamConnection): void => {
      this.#connection = connection;
      const { answerMs, bodyIdleMs } = plane.timeouts;
      connection.send({ ...request, mayUpgrade: false, answerMs, bodyIdleMs }, this);
      this.#sendWaiting();
    };
    const idle = target.pool.take();
    if (idle !== undefined) {
      begin(idle);
      return;
    }
    const timeoutMs = plane.timeouts.connectMs;
    this.#cancelConnect = target.pool.connect({ timeoutMs, mayUpgrade: false }, (made) => {
      this.#cancelConnect = undefined;
      if ("kind" in made) this.giveUp();
      else begin(made);
    });
  }

  bodyData(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > planeLimits.mirrorBytesMax) {
      this.giveUp();
      return;
    }
    this.#sendWaiting();
  }

  bodyEnded(trailers: FieldList | undefined): void {
    this.#end = { trailers };
    this.#sendWaiting();
  }

  giveUp(): void {
    this.#connection?.destroy();
    this.#over();
  }

  informed(): void {}
  answerStarted(): void {}
  answerData(): void {}

  answerEnded(): void {
    this.#over();
  }

  upgraded(_fields: FieldList, connection: Duplex): void {
    connection.destroy();
    this.#over();
  }

  failed(): void {
    this.#over();
  }

  bodyDrained(): void {
    this.#isBlocked = false;
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    const connection = this.#connection;
    if (connection === undefined || this.#isOver) return;
    while (!this.#isBlocked) {
      const bytes = this.#waiting.shift();
      if (bytes === undefined) break;
      this.#waitingBytes -= bytes.length;
      this.#isBlocked = !connection.writeBody(bytes);
    }
    if (this.#end !== undefined && this.#waiting.length === 0) {
      connection.endBody(this.#end.trailers);
    }
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelConnect?.();
    this.#waiting = [];
    this.#plane.mirrors -= 1;
    this.#target.active -= 1;
    this.#plane.directory.released(this.#target);
  }
}
