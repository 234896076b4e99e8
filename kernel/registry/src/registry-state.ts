/**
 * What survives a master: the model, without behaviour.
 *
 * An agent's id is in at most one of the three maps of agents:
 *
 *     (unknown) --admit--> admitted <--readmit-- unreachable
 *                           |    \                 ^   |
 *                 remove    |     `--unreachable---'   |
 *     (unknown) <-----------'                          |
 *                           `-----------> gone <-------'   --prune--> (unknown)
 *
 * Only `applyOperation` writes it. Entries are replaced, never changed, so whoever copied a map has a
 * snapshot. Frameworks, tasks and offers are not here: agents and schedulers bring them.
 */

import type { AgentId, Instant } from "@tavola/base";
import type {
  AgentInfo,
  DrainInfo,
  MachineInfo,
  MasterInfo,
  maintenance,
  quota,
} from "@tavola/protocol";

/** What an operator asked of an agent. Goes with the agent when it becomes unreachable and returns. */
export interface AgentUse {
  /** Present while it drains or is drained; then `deactivated` is true. */
  readonly drain: DrainInfo | undefined;
  /** Nothing of it is offered. */
  readonly deactivated: boolean;
}

export interface AdmittedAgent extends AgentUse {
  readonly info: AgentInfo;
}

export interface UnreachableAgentEntry extends AgentUse {
  readonly since: Instant;
}

export interface GoneAgentEntry {
  readonly since: Instant;
}

export interface RegistryState {
  /** The master that led last; undefined before the first. */
  leader: MasterInfo | undefined;
  readonly admitted: Map<AgentId, AdmittedAgent>;
  /** In the order in which they became so. */
  readonly unreachable: Map<AgentId, UnreachableAgentEntry>;
  /** In the order in which they became so. */
  readonly gone: Map<AgentId, GoneAgentEntry>;
  /** Which of the admitted and the unreachable are deactivated. */
  readonly deactivated: Set<AgentId>;
  /** Those that are scheduled for maintenance or in it, by `machineKey`. */
  readonly machines: Map<string, MachineInfo>;
  /** Undefined when nothing is scheduled. */
  schedule: maintenance.Schedule | undefined;
  /** By role. */
  readonly quotas: Map<string, quota.QuotaConfig>;
  /** By role; the others weigh 1. */
  readonly weights: Map<string, number>;
}

export function createRegistryState(): RegistryState {
  return {
    leader: undefined,
    admitted: new Map(),
    unreachable: new Map(),
    gone: new Map(),
    deactivated: new Set(),
    machines: new Map(),
    schedule: undefined,
    quotas: new Map(),
    weights: new Map(),
  };
}

/** Capabilities of a master that a registry may ask for, by Mesos's names (`MasterInfo.Capability`). */
export const knownCapabilities: readonly string[] = ["AGENT_UPDATE", "AGENT_DRAINING", "QUOTA_V2"];

/** What a master must be capable of to lead with this registry. */
export function minimumCapabilitiesOf(state: RegistryState): readonly string[] {
  return [
    ...(state.deactivated.size > 0 ? ["AGENT_DRAINING"] : []),
    ...(state.quotas.size > 0 ? ["QUOTA_V2"] : []),
  ];
}
