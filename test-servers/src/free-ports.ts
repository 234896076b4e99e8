/**
 * Ports that nobody listens on, for servers that cannot choose their own.
 *
 * They come from below Linux's ephemeral range, so that no outgoing connection takes one while its
 * server is down between a kill and a restart. Another process may still take one between the look
 * and the use; whoever starts the server then fails with that server's own words.
 */

import { createServer } from "node:net";
import { randomInt } from "@tavola/base";
import { systemRandom } from "@tavola/host";

const lowest = 15_000;
const highest = 32_000;
const looksMax = 200;
const random = systemRandom();

function isFree(address: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}

/** `count` different ports. `address` undefined: the place is not ours to listen in, any port will do. */
export async function freePorts(address: string | undefined, count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let look = 0; look < looksMax && ports.size < count; look += 1) {
    const port = lowest + randomInt(random, highest - lowest);
    if (address === undefined || (await isFree(address, port))) ports.add(port);
  }
  if (ports.size < count) throw new Error(`found no ${count} free ports on ${address}`);
  return [...ports];
}
