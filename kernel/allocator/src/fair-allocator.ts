/**
 * Coarse-grained fair sharing: everything free on an agent goes to one framework in one role.
 *
 * In each run the agents where something changed are taken in random order; on each, roles are asked
 * in the order of their dominant share, and in a role its frameworks in the order of theirs, and the
 * first that may have what is free, and has not refused it, gets it. What it may not have (another
 * role's reservation, say) goes on down the line.
 *
 * An agent on which nobody wanted what was left is looked at again only when that can have changed:
 * resources came back, a refusal ended, the agent changed; or, for all agents, a framework came,
 * changed or revived. So a run without such events costs nothing.
 *
 * Differs: Mesos keeps refusals when an agent's total changes (it drops them when its attributes
 * do); here they are dropped, since what was refused is not what is there now.
 * Left to the allocator's own issue: shares along the role tree, weights, quota, constraints.
 */
import type { AgentId, FrameworkId, Instant, Milli, Random } from "@tavola/base";
import { invariant, shuffle } from "@tavola/base";
import type { Quantities, Resources } from "@tavola/resources";
import { AgentAccount } from "./agent-account.ts";
import type {
  AddedAgent,
  AddedFramework,
  Allocation,
  Allocator,
  FrameworkProfile,
  RecoveredResources,
  ResourceUsage,
  RoleShare,
} from "./allocator.ts";
import { ClusterShares } from "./cluster-shares.ts";
import { offerableResources } from "./offerable-resources.ts";
import { RefusalFilters } from "./refusal-filters.ts";

export interface FairAllocatorOptions {
  /** For the order of agents in a run. */
  readonly random: Random;
  /** A refusal lasts at least this long: the master's allocation interval. */
  readonly filterIntervalMs: number;
  /** Alternatives of which an offer must meet one; default Mesos's `cpus:0.01|mem:32`. */
  readonly minAllocatable?: readonly Quantities[];
}

/** An allocator without frameworks and agents. */
export function createFairAllocator(options: FairAllocatorOptions): Allocator {
  return new FairAllocator(options);
}

const defaultMinAllocatable: readonly Quantities[] = [
  new Map([["cpus", 10 as Milli]]),
  new Map([["mem", 32_000 as Milli]]),
];

interface Framework {
  readonly id: FrameworkId;
  profile: FrameworkProfile;
  suppressedRoles: Set<string>;
  isActive: boolean;
}

class FairAllocator implements Allocator {
  readonly #random: Random;
  readonly #filterIntervalMs: number;
  readonly #minAllocatable: readonly Quantities[];
  readonly #frameworks = new Map<FrameworkId, Framework>();
  readonly #agents = new Map<AgentId, AgentAccount>();
  readonly #shares = new ClusterShares();
  readonly #filters = new RefusalFilters();
  /** Agents on which an offer may have become possible since the last run. */
  readonly #changed = new Set<AgentAccount>();

  constructor({ random, filterIntervalMs, minAllocatable }: FairAllocatorOptions) {
    this.#random = random;
    this.#filterIntervalMs = filterIntervalMs;
    this.#minAllocatable = minAllocatable ?? defaultMinAllocatable;
  }

  frameworkAdded(id: FrameworkId, { used, active, ...profile }: AddedFramework): void {
    invariant(!this.#frameworks.has(id), `framework ${id} is added twice`);
    this.#frameworks.set(id, {
      id,
      profile,
      suppressedRoles: new Set(profile.suppressedRoles),
      isActive: active,
    });
    for (const [agentId, resources] of used) {
      const agent = this.#agents.get(agentId);
      // An agent that was added with this framework's tasks holds them already.
      if (agent?.heldBy(id).isEmpty) agent.hold(id, resources);
    }
    for (const agent of this.#agents.values()) this.#shares.held(id, agent.heldBy(id));
    this.#reconsider(id);
  }

  frameworkUpdated(id: FrameworkId, profile: FrameworkProfile): void {
    const framework = this.#framework(id);
    const left = framework.profile.roles.filter((role) => !profile.roles.includes(role));
    const revived = [...framework.suppressedRoles].filter(
      (role) => !profile.suppressedRoles.has(role),
    );
    framework.profile = profile;
    framework.suppressedRoles = new Set(profile.suppressedRoles);
    this.#filters.dropFramework(id, [...left, ...revived]);
    this.#reconsider(id);
  }

  frameworkRemoved(id: FrameworkId): void {
    this.#framework(id);
    this.#frameworks.delete(id);
    this.#filters.dropFramework(id);
    this.#shares.frameworkRemoved(id);
    for (const agent of this.#agents.values()) {
      if (agent.heldBy(id).isEmpty) continue;
      agent.release(id, agent.heldBy(id));
      this.#changed.add(agent);
    }
  }

  frameworkActivated(id: FrameworkId): void {
    this.#framework(id).isActive = true;
    this.#reconsider(id);
  }

  frameworkDeactivated(id: FrameworkId): void {
    this.#framework(id).isActive = false;
    this.#filters.dropFramework(id);
    this.#reconsider(id);
  }

  agentAdded(id: AgentId, { total, used, capabilities }: AddedAgent): void {
    invariant(!this.#agents.has(id), `agent ${id} is added twice`);
    const agent = new AgentAccount(id, total, capabilities);
    this.#agents.set(id, agent);
    this.#shares.totalChanged(total, 1);
    for (const [frameworkId, resources] of used) {
      agent.hold(frameworkId, resources);
      if (this.#frameworks.has(frameworkId)) this.#shares.held(frameworkId, resources);
    }
    this.#changed.add(agent);
  }

  agentUpdated(id: AgentId, total: Resources): void {
    const agent = this.#agent(id);
    if (agent.total.equals(total)) return;
    this.#shares.totalChanged(agent.total, -1);
    this.#shares.totalChanged(total, 1);
    agent.total = total;
    this.#filters.dropAgent(id);
    this.#changed.add(agent);
  }

  agentRemoved(id: AgentId): void {
    const agent = this.#agent(id);
    for (const [frameworkId, resources] of agent.holders()) {
      if (this.#frameworks.has(frameworkId)) this.#shares.released(frameworkId, resources);
    }
    this.#shares.totalChanged(agent.total, -1);
    this.#filters.dropAgent(id);
    this.#agents.delete(id);
    this.#changed.delete(agent);
  }

  agentActivated(id: AgentId): void {
    const agent = this.#agent(id);
    agent.isActive = true;
    this.#changed.add(agent);
  }

  agentDeactivated(id: AgentId): void {
    this.#agent(id).isActive = false;
  }

  resourcesRecovered(recovered: RecoveredResources, now: Instant): void {
    const { frameworkId, agentId, resources, refuseMs = 0 } = recovered;
    const agent = this.#agents.get(agentId);
    if (resources.isEmpty || agent === undefined || agent.heldBy(frameworkId).isEmpty) return;
    agent.release(frameworkId, resources);
    this.#changed.add(agent);
    const framework = this.#frameworks.get(frameworkId);
    if (framework === undefined) return;
    this.#shares.released(frameworkId, resources);
    // A disconnected framework's filters are gone, and it is not to find new ones when it returns.
    if (refuseMs <= 0 || !framework.isActive) return;
    for (const [role, refused] of resources.allocations()) {
      this.#filters.add(
        { frameworkId, role, agentId },
        refused.unallocated(),
        now,
        Math.max(refuseMs, this.#filterIntervalMs),
      );
    }
  }

  offersSuppressed(id: FrameworkId, roles: readonly string[]): void {
    const framework = this.#framework(id);
    for (const role of roles.length === 0 ? framework.profile.roles : roles) {
      framework.suppressedRoles.add(role);
    }
    this.#updateClaims(framework);
  }

  offersRevived(id: FrameworkId, roles: readonly string[]): void {
    const framework = this.#framework(id);
    const revived = roles.length === 0 ? framework.profile.roles : roles;
    for (const role of revived) framework.suppressedRoles.delete(role);
    this.#filters.dropFramework(id, revived);
    this.#reconsider(id);
  }

  allocate(now: Instant): readonly Allocation[] {
    for (const agentId of this.#filters.expire(now)) {
      const agent = this.#agents.get(agentId);
      if (agent !== undefined) this.#changed.add(agent);
    }
    if (this.#changed.size === 0) return [];
    const agents = shuffle(this.#random, [...this.#changed]);
    this.#changed.clear();
    const allocations: Allocation[] = [];
    for (const agent of agents) if (agent.isActive) this.#allocateAgent(agent, allocations);
    return allocations;
  }

  #allocateAgent(agent: AgentAccount, allocations: Allocation[]): void {
    if (agent.free.isEmpty) return;
    for (const { role, frameworkId } of this.#shares.inOrder()) {
      const resources = offerableResources(
        agent,
        this.#framework(frameworkId).profile,
        role,
        this.#minAllocatable,
      );
      if (resources.isEmpty) continue;
      const key = { frameworkId, role, agentId: agent.id };
      if (this.#filters.isRefused(key, resources)) continue;
      const allocated = resources.allocatedTo(role);
      agent.hold(frameworkId, allocated);
      this.#shares.served(frameworkId, allocated);
      allocations.push({ ...key, resources: allocated });
      if (agent.free.isEmpty) return;
    }
  }

  roleShares(): readonly RoleShare[] {
    return this.#shares.roles().map((share) => ({
      ...share,
      activeFilters: this.#filters.activeIn(share.role),
    }));
  }

  usage(): readonly ResourceUsage[] {
    return this.#shares.usage();
  }

  /** The framework may take other offers than before, on any agent. */
  #reconsider(id: FrameworkId): void {
    const framework = this.#framework(id);
    this.#updateClaims(framework);
    if (framework.isActive) for (const agent of this.#agents.values()) this.#changed.add(agent);
  }

  #updateClaims({ id, isActive, profile, suppressedRoles }: Framework): void {
    const open = isActive ? profile.roles.filter((role) => !suppressedRoles.has(role)) : [];
    this.#shares.claimsChanged(id, open, profile.roles);
  }

  #framework(id: FrameworkId): Framework {
    const framework = this.#frameworks.get(id);
    invariant(framework !== undefined, `framework ${id} is not known to the allocator`);
    return framework;
  }

  #agent(id: AgentId): AgentAccount {
    const agent = this.#agents.get(id);
    invariant(agent !== undefined, `agent ${id} is not known to the allocator`);
    return agent;
  }
}
