/**
 * By what name an agent is known: what `--hostname` says, or what its address is called.
 */

import { lookupService } from "node:dns/promises";

export interface HostnameFlags {
  readonly hostname: string | undefined;
  /** Otherwise the address is the name. */
  readonly hostname_lookup: boolean;
}

/** An address without a name is its own name. */
export async function agentHostname(
  { hostname, hostname_lookup }: HostnameFlags,
  ip: string,
): Promise<string> {
  if (hostname !== undefined) return hostname;
  if (!hostname_lookup) return ip;
  try {
    return (await lookupService(ip, 0)).hostname;
  } catch {
    return ip;
  }
}
