/** A port that nobody listens on now, for a HAProxy, which cannot say which one it was given. */

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { CodedError } from "@tavola/base";

export async function freePort(ip: string): Promise<number> {
  const server = createServer();
  try {
    server.listen({ host: ip, port: 0, exclusive: true });
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  } catch (cause) {
    throw new CodedError("LISTEN_FAILED", `cannot listen on ${ip}`, { ip }, { cause });
  } finally {
    server.close();
  }
}
