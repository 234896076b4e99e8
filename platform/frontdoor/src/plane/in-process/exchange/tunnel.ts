/**
 * Two connections that have become one: bytes both ways until either side is gone, or both are silent.
 *
 * What a side had sent before it went still goes to the other, which has as long to take it as any
 * reader of a body. Who has much to send takes turns with the others, as bodies do.
 */

import type { Duplex } from "node:stream";
import type { Clock } from "@tavola/host";
import type { PlaneTimeouts } from "../../plane-options.ts";
import { Deadline } from "../deadline.ts";
import { ReadShare } from "../read-share.ts";

export interface TunnelEnds {
  readonly client: Duplex;
  readonly instance: Duplex;
  /** What the instance has sent already. */
  readonly ahead: Buffer;
}

export interface TunnelOptions {
  readonly clock: Clock;
  readonly timeouts: Pick<PlaneTimeouts, "tunnelIdleMs" | "bodyIdleMs">;
}

/** `ended` is called once, with how many bytes went each way. */
export function joinTunnel(
  { client, instance, ahead }: TunnelEnds,
  { clock, timeouts }: TunnelOptions,
  ended: (bytes: { readonly fromClient: number; readonly fromInstance: number }) => void,
): void {
  let fromClient = 0;
  let fromInstance = ahead.length;
  const deadline = new Deadline(clock, end);
  deadline.set(timeouts.tunnelIdleMs);
  let isOver = false;
  function end(): void {
    if (isOver) return;
    isOver = true;
    deadline.end();
    client.destroy();
    instance.destroy();
    ended({ fromClient, fromInstance });
  }
  function sideClosed(side: Duplex, other: Duplex): void {
    const isFlushing = side.readableEnded && !other.writableFinished && !other.destroyed;
    if (isOver) return;
    if (isFlushing) {
      other.once("finish", end);
      deadline.set(timeouts.bodyIdleMs);
    } else end();
  }
  if (ahead.length > 0) client.write(ahead);
  carry(client, instance, (bytes) => {
    fromClient += bytes;
    deadline.set(timeouts.tunnelIdleMs);
  });
  carry(instance, client, (bytes) => {
    fromInstance += bytes;
    deadline.set(timeouts.tunnelIdleMs);
  });
  client.on("close", () => sideClosed(client, instance));
  instance.on("close", () => sideClosed(instance, client));
  client.on("error", end);
  instance.on("error", end);
}

/** As `pipe`, which would not know that somebody else has paused its source. */
function carry(from: Duplex, to: Duplex, took: (bytes: number) => void): void {
  const share = new ReadShare(from);
  from.on("data", (bytes: Buffer) => {
    took(bytes.length);
    if (!to.write(bytes)) share.pause();
    share.took(bytes.length);
  });
  if (from.readableEnded) to.end();
  else from.once("end", () => to.end());
  to.on("drain", () => share.resume());
  // Both may have been paused by whoever had them before.
  if (to.writableNeedDrain) share.pause();
  else share.resume();
}
