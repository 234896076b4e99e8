/**
 * What a FrameworkInfo says in one of several ways: its roles and its capabilities.
 */

import type { FrameworkInfo, FrameworkInfo_Capability_Type } from "@tavola/protocol";
import type { Framework } from "./state.ts";

export function capabilitiesOf(info: FrameworkInfo): ReadonlySet<FrameworkInfo_Capability_Type> {
  const capabilities = new Set<FrameworkInfo_Capability_Type>();
  for (const { type } of info.capabilities ?? []) if (type !== undefined) capabilities.add(type);
  return capabilities;
}

/** `roles` with MULTI_ROLE, else the one `role`, which is `*` when absent. */
export function rolesOf(info: FrameworkInfo): ReadonlySet<string> {
  return capabilitiesOf(info).has("MULTI_ROLE")
    ? new Set(info.roles ?? [])
    : new Set([info.role ?? "*"]);
}

/** Its scheduler can be talked to. */
export function isConnected(framework: Framework): boolean {
  return framework.state === "active" || framework.state === "inactive";
}

export function isPartitionAware(framework: Framework): boolean {
  return framework.capabilities.has("PARTITION_AWARE");
}
