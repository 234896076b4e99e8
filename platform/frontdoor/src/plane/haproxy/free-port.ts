/**
 * A port that nobody listens on now, for a HAProxy, which cannot say which one it was given, and which takes
 * one where another HAProxy listens already: both do so with SO_REUSEPORT, and would share who comes.
 */

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { CodedError } from "@tavola/base";

/** `wanted`: 0 for any. Rejects with LISTEN_FAILED when somebody listens there, or nobody may. */
export async function freePort(ip: string, wanted = 0): Promise<number> {
  const server = createServer();
  try {
    server.listen({ host: ip, port: wanted, exclusive: true });
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  } catch (cause) {
    throw new CodedError("LISTEN_FAILED", "cannot listen", { ip, port: wanted }, { cause });
  } finally {
    server.close();
  }
}
