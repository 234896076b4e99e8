/**
 * What the master asks of whoever decides who is offered what.
 *
 * The master reports what happened (frameworks and agents come and go, resources come back) and asks
 * for the offers to be made. An allocation stays the framework's until it is given back through
 * `resourcesRecovered`, whether it is offered or used meanwhile: the allocator does not tell the two
 * apart.
 *
 * An allocator is pure: it knows no clock and no socket, time comes as an argument. It refuses
 * nothing: what the master reports has been validated; a report about somebody unknown is a bug.
 */
import type { AgentId, FrameworkId, Instant, Milli } from "@tavola/base";
import type { AgentInfo_Capability_Type, FrameworkInfo_Capability_Type } from "@tavola/protocol";
import type { Quantities, Resources } from "@tavola/resources";

/** One offer to be made: all of `resources` on one agent for one framework in one role. */
export interface Allocation {
  readonly frameworkId: FrameworkId;
  readonly role: string;
  readonly agentId: AgentId;
  /** Each with its `allocation_info` set to `role`. */
  readonly resources: Resources;
}

/** What of a framework matters here. */
export interface FrameworkProfile {
  /** One for a framework without MULTI_ROLE. */
  readonly roles: readonly string[];
  /** Those of `roles` that are to get no offers until revived. */
  readonly suppressedRoles: ReadonlySet<string>;
  readonly capabilities: ReadonlySet<FrameworkInfo_Capability_Type>;
  /**
   * By role, the alternatives of which one must be met for an offer to be worth making; in place of
   * the allocator's own (`FrameworkInfo.offer_filters`). An empty list: anything is worth offering.
   */
  readonly minAllocatable?: ReadonlyMap<string, readonly Quantities[]>;
}

export interface AddedFramework extends FrameworkProfile {
  /** Whether it may be offered anything now (it is connected). */
  readonly active: boolean;
  /** What it already holds on agents that are known here; each with its `allocation_info` set. */
  readonly used: ReadonlyMap<AgentId, Resources>;
}

export interface AddedAgent {
  /** Without allocations. */
  readonly total: Resources;
  /**
   * What is in use there; each with its `allocation_info` set. Frameworks that are not known yet
   * are counted once they are added with their `used`; until then the amount is not offered.
   */
  readonly used: ReadonlyMap<FrameworkId, Resources>;
  readonly capabilities: ReadonlySet<AgentInfo_Capability_Type>;
}

export interface RecoveredResources {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  /** With their `allocation_info` set, all of one role. */
  readonly resources: Resources;
  /** For how long the framework does not want them again in this role; undefined or 0: no filter. */
  readonly refuseMs?: number;
}

/** Figures for metrics and endpoints. */
export interface RoleShare {
  readonly role: string;
  /** What its frameworks hold of the scalar that they hold most of, as a part of the cluster's; 0 to 1. */
  readonly dominantShare: number;
  /** Refusals that keep offers from frameworks in this role now. */
  readonly activeFilters: number;
  /** Frameworks subscribed in this role. */
  readonly frameworks: number;
}

export interface ResourceUsage {
  readonly name: string;
  readonly total: Milli;
  /** Offered or in use. */
  readonly allocated: Milli;
}

export interface Allocator {
  frameworkAdded(id: FrameworkId, framework: AddedFramework): void;
  frameworkUpdated(id: FrameworkId, profile: FrameworkProfile): void;
  /** Whatever it still holds is free again. */
  frameworkRemoved(id: FrameworkId): void;
  frameworkActivated(id: FrameworkId): void;
  /** It gets no offers; its filters are dropped; what it holds stays its own. */
  frameworkDeactivated(id: FrameworkId): void;

  agentAdded(id: AgentId, agent: AddedAgent): void;
  /** A change of the total drops the filters on the agent. */
  agentUpdated(id: AgentId, total: Resources): void;
  agentRemoved(id: AgentId): void;
  agentActivated(id: AgentId): void;
  /** Nothing of it is offered; what is held there stays held. */
  agentDeactivated(id: AgentId): void;

  /** Ignored where the framework holds nothing on the agent: one of them was removed meanwhile. */
  resourcesRecovered(recovered: RecoveredResources, now: Instant): void;

  /** Empty `roles`: all of them. */
  offersSuppressed(id: FrameworkId, roles: readonly string[]): void;
  /** Ends suppression and drops the framework's filters in those roles. Empty `roles`: all. */
  offersRevived(id: FrameworkId, roles: readonly string[]): void;

  /** All offers to be made now. PERF: near nothing when nothing changed since the last call. */
  allocate(now: Instant): readonly Allocation[];

  /** Per role that a framework subscribes to or holds something in, sorted by role. */
  roleShares(): readonly RoleShare[];
  /** Per scalar name that an agent has, sorted by name. */
  usage(): readonly ResourceUsage[];
}
