/**
 * How a master introduces itself to frameworks, agents and tools.
 */

import type { MasterId } from "@tavola/base";
import { type MasterInfo, mesosVersion } from "@tavola/protocol";

export function createMasterInfo(about: {
  readonly id: MasterId;
  readonly ip: string;
  readonly port: number;
  readonly hostname: string;
}): MasterInfo {
  const { id, ip, port, hostname } = about;
  return {
    id,
    ip: packedIpv4(ip),
    port,
    pid: `master@${ip}:${port}`,
    hostname,
    version: mesosVersion,
    address: { hostname, ip, port },
    // Draining and quota come with their own issues; a master says what it does.
    capabilities: [{ type: "AGENT_UPDATE" }],
  };
}

/**
 * The four bytes in network order, read as a little-endian number: what Mesos writes on the machines
 * it runs on. 127.0.0.1 is 16777343. 0 for an address that is not IPv4.
 */
function packedIpv4(ip: string): number {
  const bytes = ip.split(".").map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => !(byte >= 0 && byte <= 255))) return 0;
  return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
}
