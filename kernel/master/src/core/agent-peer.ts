/**
 * Whether an agent at an address, of a version, can be worked with at all.
 */

import { type internal, parseUpid } from "@tavola/protocol";
import { limits } from "./limits.ts";

/** The same questions at registration and reregistration. */
export function validateAgentPeer(
  from: string,
  message: Pick<internal.RegisterSlaveMessage, "slave" | "version">,
): string | undefined {
  if (parseUpid(from) === undefined) return `'${from}' is not the address of a process`;
  const { version = "" } = message;
  const major = /^(\d+)\.\d+\.\d+/.exec(version)?.[1];
  if (major === undefined) return `Failed to parse version '${version}'`;
  if (Number(major) < limits.agentVersionMajorMin) {
    return `agent version is ${version}, minimum supported agent version is ${limits.agentVersionMajorMin}.0.0`;
  }
  // A master without a domain of its own cannot tell whether such an agent is remote.
  if (message.slave.domain !== undefined) {
    return "the agent is configured with a domain but the master has none";
  }
  return undefined;
}
