/**
 * Two connections that have become one: bytes both ways until either side is gone, or both are silent.
 *
 * What a side had sent before it went still goes to the other, which has as long to take it as any
 * reader of a body.
 */

import type { Duplex } from "node:stream";
import type { Clock } from "@tavola/host";
import type { PlaneTimeouts } from "../../plane-options.ts";
import { Deadline } from "../deadline.ts";

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
  client.on("data", (bytes: Buffer) => {
    fromClient += bytes.length;
    deadline.set(timeouts.tunnelIdleMs);
  });
  instance.on("data", (bytes: Buffer) => {
    fromInstance += bytes.length;
    deadline.set(timeouts.tunnelIdleMs);
  });
  client.on("close", () => sideClosed(client, instance));
  instance.on("close", () => sideClosed(instance, client));
  client.on("error", end);
  instance.on("error", end);
  client.pipe(instance);
  instance.pipe(client);
}
