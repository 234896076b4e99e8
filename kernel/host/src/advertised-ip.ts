/**
 * Which address to tell peers when the daemon listens on all of them.
 */

import { networkInterfaces } from "node:os";

/** `ip` itself unless it is a wildcard; then the first IPv4 address that is not loopback. */
export function advertisedIpFor(ip: string): string {
  if (ip !== "0.0.0.0" && ip !== "::") return ip;
  for (const addresses of Object.values(networkInterfaces())) {
    for (const address of addresses ?? []) {
      if (address.family === "IPv4" && !address.internal) return address.address;
    }
  }
  return "127.0.0.1";
}
