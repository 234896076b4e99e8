/**
 * The offers at hand, by the agent that they are of.
 *
 * Owns what may be launched upon right now: each offer, what is free in all offers of an agent taken
 * together, and how the agent names itself. It decides nothing; placement takes resources out of it,
 * and what was taken is gone with its offers once these are accepted. Not kept over a restart: the
 * master makes offers anew.
 *
 * Offers that are allocated to different roles of ours cannot be accepted together (Mesos refuses),
 * so such an agent stands here once for each role.
 */

import type { Instant } from "@tavola/base";
import type { Offer } from "@tavola/protocol";
import { attributesOf, type RackNaming, splitRack } from "./agent-attributes.ts";
import { addToPools, createPool, type ResourcePool, unreservedRole } from "./offered-resources.ts";
import type { Amounts } from "./placement-index.ts";
import type { PlacementRule } from "./placement-report.ts";

export interface HeldOffer {
  readonly offer: Offer;
  readonly receivedAt: Instant;
}

/** All that is offered of one agent (to one of our roles). */
export interface OfferedAgent {
  readonly key: string;
  readonly agentId: string;
  /** As the offer names it. */
  readonly hostname: string;
  readonly rackId: string;
  /** Texts as they are, scalars as decimals; others are left out, and so is the rack's. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The agent's own HTTP port, when the offer says it. */
  readonly port?: number;
  readonly offers: Map<string, HeldOffer>;
  /** What is free, by the role it is reserved for ("*": for nobody). */
  readonly pools: Map<string, ResourcePool>;
  /** The pool of "*". */
  unreserved: ResourcePool;
  /** The cache's version when the agent last was offered more. */
  version: number;

  /** What placement keeps about it. */
  score: number;
  /** Tasks placed here that are not launched yet. */
  readonly launching: string[];
  /** The same, counted by request. */
  readonly launchingOf: Map<string, number>;
  standing: PlacementRule | undefined;
  standingVersion: number;
  totals: Partial<Amounts> | undefined;
  totalsVersion: number;
  suitableMark: number;
  unsuitableMark: number;
}

export class OfferCache {
  readonly #agents = new Map<string, OfferedAgent>();
  /** Offer id to key of agent. */
  readonly #keyOf = new Map<string, string>();
  /** Grows whenever an agent is offered more. */
  version = 0;
  /** Grows whenever anything changes. */
  revision = 0;
  readonly #racks: RackNaming;

  /** Racks are named as Singularity has them unless said otherwise. */
  constructor({ rackAttribute = "rackid", defaultRackId = "DEFAULT" }: Partial<RackNaming> = {}) {
    this.#racks = { rackAttribute, defaultRackId };
  }

  /** How many offers there are. */
  get size(): number {
    return this.#keyOf.size;
  }

  /** How many agents are offered. */
  get agentCount(): number {
    return this.#agents.size;
  }

  agents(): IterableIterator<OfferedAgent> {
    return this.#agents.values();
  }

  has(offerId: string): boolean {
    return this.#keyOf.has(offerId);
  }

  agentOf(offerId: string): OfferedAgent | undefined {
    const key = this.#keyOf.get(offerId);
    return key === undefined ? undefined : this.#agents.get(key);
  }

  /** One that is known already changes nothing. */
  add(offer: Offer, now: Instant): OfferedAgent {
    const role = offer.allocation_info?.role;
    const key = role === undefined ? offer.agent_id.value : `${offer.agent_id.value} ${role}`;
    const known = this.#agents.get(key);
    if (known?.offers.has(offer.id.value) === true) return known;
    const agent = this.#describe(key, offer, known);
    agent.offers.set(offer.id.value, { offer, receivedAt: now });
    addToPools(agent.pools, offer.resources ?? []);
    agent.unreserved = agent.pools.get(unreservedRole) ?? agent.unreserved;
    agent.version = ++this.version;
    this.revision++;
    this.#agents.set(key, agent);
    this.#keyOf.set(offer.id.value, key);
    return agent;
  }

  /** False when it was not there. */
  remove(offerId: string): boolean {
    const key = this.#keyOf.get(offerId);
    if (key === undefined) return false;
    this.#keyOf.delete(offerId);
    this.revision++;
    const agent = this.#agents.get(key);
    if (agent === undefined) return true;
    agent.offers.delete(offerId);
    if (agent.offers.size === 0) this.#agents.delete(key);
    else recount(agent);
    return true;
  }

  /** Lets go of an agent with all its offers: they were accepted, or it is lost. */
  removeAgent(agent: OfferedAgent): string[] {
    const offerIds = [...agent.offers.keys()];
    for (const offerId of offerIds) this.#keyOf.delete(offerId);
    this.revision++;
    this.#agents.delete(agent.key);
    return offerIds;
  }

  /** Lets go of every offer, and says which there were. */
  clear(): string[] {
    const offerIds = [...this.#keyOf.keys()];
    this.#keyOf.clear();
    this.revision++;
    this.#agents.clear();
    return offerIds;
  }

  /** What is offered altogether, in cpus and MB: for people to see. PERF: O(agents). */
  totals(): { readonly cpus: number; readonly memoryMb: number } {
    let cpusMilli = 0;
    let memoryMbMilli = 0;
    for (const agent of this.#agents.values()) {
      for (const pool of agent.pools.values()) {
        cpusMilli += pool.cpusMilli;
        memoryMbMilli += pool.memoryMbMilli;
      }
    }
    return { cpus: cpusMilli / 1000, memoryMb: memoryMbMilli / 1000 };
  }

  #describe(key: string, offer: Offer, known: OfferedAgent | undefined): OfferedAgent {
    const { rackId, rest: attributes } = splitRack(
      attributesOf(offer.attributes ?? []),
      this.#racks,
    );
    const port = offer.url?.address.port;
    return {
      key,
      agentId: offer.agent_id.value,
      hostname: offer.hostname,
      rackId,
      attributes,
      ...(port === undefined ? {} : { port }),
      offers: known?.offers ?? new Map(),
      pools: known?.pools ?? new Map(),
      unreserved: known?.unreserved ?? createPool(unreservedRole),
      version: 0,
      score: 0,
      launching: known?.launching ?? [],
      launchingOf: known?.launchingOf ?? new Map(),
      standing: undefined,
      standingVersion: -1,
      totals: undefined,
      totalsVersion: -1,
      suitableMark: 0,
      unsuitableMark: 0,
    };
  }
}

function recount(agent: OfferedAgent): void {
  agent.pools.clear();
  for (const { offer } of agent.offers.values()) addToPools(agent.pools, offer.resources ?? []);
  agent.unreserved = agent.pools.get(unreservedRole) ?? createPool(unreservedRole);
}
