/**
 * The name that an address goes by.
 */

import { lookupService } from "node:dns/promises";

/** Falls back to the address itself: a machine without a name still has to be told apart. */
export async function lookUpHostname(ip: string): Promise<string> {
  try {
    const { hostname } = await lookupService(ip, 0);
    return hostname;
  } catch {
    return ip;
  }
}
