/**
 * How a master introduces itself to frameworks, agents and tools, and to whoever looks into the store.
 */

import type { MasterId, Result } from "@tavola/base";
import { formatV0MessageJson, MasterInfo, mesosVersion, parseMessageJson } from "@tavola/protocol";

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

/** What stands in `json.info_…`: the names of v0 (which are v1's), sorted, as Mesos writes it. */
export function encodeMasterInfo(info: MasterInfo): Uint8Array {
  return Buffer.from(JSON.stringify(sorted(JSON.parse(formatV0MessageJson(MasterInfo, info)))));
}

/** Of any master, also one of Mesos. The error is a clause: "cannot be read: …". */
export function decodeMasterInfo(bytes: Uint8Array): Result<MasterInfo> {
  const { value, error } = parseMessageJson(MasterInfo, Buffer.from(bytes).toString("utf8"));
  return error === undefined ? { value } : { error: `cannot be read: ${error}` };
}

function sorted(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sorted);
  if (json === null || typeof json !== "object") return json;
  const members = Object.entries(json).map(([name, value]) => [name, sorted(value)] as const);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
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
