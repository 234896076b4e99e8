/**
 * What frameworks have said they do not want, for how long.
 *
 * A refusal names a framework, a role, an agent and the resources refused; while it lives, an offer
 * of no more than those is withheld. Refusals end by expiry, by revival of the role, with the
 * framework's connection, and when the agent changes.
 *
 * Expiry is kept in a heap beside the table. A refusal that ended otherwise stays in the heap as a
 * shell without resources until its time, or until shells are the larger part of the heap.
 */
import type { AgentId, FrameworkId, Instant } from "@tavola/base";
import { dayMs, later } from "@tavola/base";
import type { Resources } from "@tavola/resources";
import { ExpiryHeap } from "./expiry-heap.ts";

/** Longer refusals are cut to this, as in Mesos. */
const refuseMsMax = 365 * dayMs;
/** A heap smaller than this is not worth cleaning. */
const cleaningSizeMin = 1024;

export interface RefusalKey {
  readonly frameworkId: FrameworkId;
  readonly role: string;
  readonly agentId: AgentId;
}

interface Refusal extends RefusalKey {
  readonly expiresAt: Instant;
  /** Without allocation; undefined once the refusal has ended. */
  refused: Resources | undefined;
}

export class RefusalFilters {
  readonly #byFramework = new Map<FrameworkId, Map<string, Map<AgentId, Set<Refusal>>>>();
  readonly #countByRole = new Map<string, number>();
  readonly #expiries = new ExpiryHeap<Refusal>();
  #live = 0;

  /** Of `refused` (without allocation) from `now` on. PERF: O(log refusals). */
  add(key: RefusalKey, refused: Resources, now: Instant, refuseMs: number): void {
    const { frameworkId, role, agentId } = key;
    const expiresAt = later(now, Math.min(refuseMs, refuseMsMax));
    const refusal: Refusal = { frameworkId, role, agentId, expiresAt, refused };
    const byRole = getOrInsert(this.#byFramework, frameworkId, () => new Map());
    const byAgent = getOrInsert(byRole, role, () => new Map<AgentId, Set<Refusal>>());
    getOrInsert(byAgent, agentId, () => new Set()).add(refusal);
    this.#countByRole.set(role, this.activeIn(role) + 1);
    this.#live += 1;
    if (this.#expiries.size > Math.max(cleaningSizeMin, 2 * this.#live)) {
      this.#expiries.retain((item) => item.refused !== undefined);
    }
    this.#expiries.push(refusal);
  }

  /** Whether an offer of `resources` (without allocation) is not wanted now. */
  isRefused({ frameworkId, role, agentId }: RefusalKey, resources: Resources): boolean {
    const refusals = this.#byFramework.get(frameworkId)?.get(role)?.get(agentId);
    if (refusals === undefined) return false;
    for (const { refused } of refusals) if (refused?.contains(resources)) return true;
    return false;
  }

  /** Ends those of one framework, in the named roles or in all. */
  dropFramework(frameworkId: FrameworkId, roles?: readonly string[]): void {
    const byRole = this.#byFramework.get(frameworkId);
    if (byRole === undefined) return;
    for (const role of roles ?? [...byRole.keys()]) {
      for (const refusals of byRole.get(role)?.values() ?? []) refusals.forEach(this.#end);
      byRole.delete(role);
    }
    if (byRole.size === 0) this.#byFramework.delete(frameworkId);
  }

  /** Ends those that concern one agent. PERF: O(frameworks with refusals x their roles). */
  dropAgent(agentId: AgentId): void {
    for (const byRole of this.#byFramework.values()) {
      for (const byAgent of byRole.values()) {
        byAgent.get(agentId)?.forEach(this.#end);
        byAgent.delete(agentId);
      }
    }
  }

  /** Ends what has expired and says on which agents. PERF: O(1) when nothing has. */
  expire(now: Instant): ReadonlySet<AgentId> {
    const agents = new Set<AgentId>();
    for (let due = this.#expiries.popDue(now); due; due = this.#expiries.popDue(now)) {
      if (due.refused === undefined) continue;
      this.#end(due);
      this.#byFramework.get(due.frameworkId)?.get(due.role)?.get(due.agentId)?.delete(due);
      agents.add(due.agentId);
    }
    return agents;
  }

  /** How many refusals live in that role. */
  activeIn(role: string): number {
    return this.#countByRole.get(role) ?? 0;
  }

  readonly #end = (refusal: Refusal): void => {
    if (refusal.refused === undefined) return;
    refusal.refused = undefined;
    this.#live -= 1;
    const count = this.activeIn(refusal.role) - 1;
    if (count === 0) this.#countByRole.delete(refusal.role);
    else this.#countByRole.set(refusal.role, count);
  };
}

function getOrInsert<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
