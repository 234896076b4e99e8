/** Two connections that have become one: bytes both ways until either side ends, or both are silent. */

import type { Duplex } from "node:stream";
import type { Clock } from "@tavola/host";
import { Deadline } from "../deadline.ts";

export interface TunnelEnds {
  readonly client: Duplex;
  readonly instance: Duplex;
  /** What the instance has sent already. */
  readonly ahead: Buffer;
}

/** `ended` is called once, with how many bytes went each way. */
export function joinTunnel(
  { client, instance, ahead }: TunnelEnds,
  { clock, idleMs }: { readonly clock: Clock; readonly idleMs: number },
  ended: (bytes: { readonly fromClient: number; readonly fromInstance: number }) => void,
): void {
  let fromClient = 0;
  let fromInstance = ahead.length;
  const deadline = new Deadline(clock, end);
  deadline.set(idleMs);
  let isOver = false;
  function end(): void {
    if (isOver) return;
    isOver = true;
    deadline.end();
    client.destroy();
    instance.destroy();
    ended({ fromClient, fromInstance });
  }
  if (ahead.length > 0) client.write(ahead);
  client.on("data", (bytes: Buffer) => {
    fromClient += bytes.length;
    deadline.set(idleMs);
  });
  instance.on("data", (bytes: Buffer) => {
    fromInstance += bytes.length;
    deadline.set(idleMs);
  });
  for (const side of [client, instance]) {
    side.on("close", end);
    side.on("error", end);
  }
  client.pipe(instance);
  instance.pipe(client);
}
