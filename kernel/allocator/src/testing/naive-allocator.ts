/**
 * The fair allocator's rules for scalars, written down as simply as they can be, to check the real
 * one against: no dirty marks, no kept shares, no heap; everything is worked out from a list of who
 * holds what. Knows cpus and mem only, no gates, one role per framework. For tests only.
 */

/** Thousandths. */
export interface Pair {
  readonly cpus: number;
  readonly mem: number;
}

interface NaiveFramework {
  readonly id: string;
  readonly role: string;
  isActive: boolean;
  isSuppressed: boolean;
}

interface Holding extends Pair {
  readonly frameworkId: string;
  readonly role: string;
  readonly agentId: string;
}

interface Refusal extends Holding {
  readonly until: number;
}

export interface NaiveAllocation extends Pair {
  readonly frameworkId: string;
  readonly agentId: string;
}

export class NaiveAllocator {
  readonly frameworks = new Map<string, NaiveFramework>();
  readonly agents = new Map<string, Pair>();
  holdings: Holding[] = [];
  refusals: Refusal[] = [];
  readonly #servings = new Map<string, number>();

  frameworkAdded(id: string, role: string): void {
    this.frameworks.set(id, { id, role, isActive: true, isSuppressed: false });
  }

  frameworkRemoved(id: string): void {
    const role = this.frameworks.get(id)?.role ?? "";
    this.frameworks.delete(id);
    this.#servings.delete(id);
    // A role without frameworks is forgotten.
    if (![...this.frameworks.values()].some((f) => f.role === role)) this.#servings.delete(role);
    this.holdings = this.holdings.filter(({ frameworkId }) => frameworkId !== id);
    this.dropRefusals(id);
  }

  dropRefusals(id: string): void {
    this.refusals = this.refusals.filter(({ frameworkId }) => frameworkId !== id);
  }

  agentRemoved(id: string): void {
    this.agents.delete(id);
    this.holdings = this.holdings.filter(({ agentId }) => agentId !== id);
    this.refusals = this.refusals.filter(({ agentId }) => agentId !== id);
  }

  recovered(frameworkId: string, agentId: string, back: Pair, now: number, refuseMs: number): void {
    const role = this.frameworks.get(frameworkId)?.role ?? "";
    this.holdings.push({ frameworkId, role, agentId, cpus: -back.cpus, mem: -back.mem });
    if (refuseMs > 0 && this.frameworks.get(frameworkId)?.isActive === true) {
      this.refusals.push({ ...back, frameworkId, role, agentId, until: now + refuseMs });
    }
  }

  /** What the framework holds on the agent. */
  heldBy(frameworkId: string, agentId: string): Pair {
    return sum(this.holdings.filter((h) => h.frameworkId === frameworkId && h.agentId === agentId));
  }

  freeOn(agentId: string): Pair {
    const held = sum(this.holdings.filter((holding) => holding.agentId === agentId));
    const total = this.agents.get(agentId) ?? { cpus: 0, mem: 0 };
    return { cpus: total.cpus - held.cpus, mem: total.mem - held.mem };
  }

  /** Takes agents in the order given; the order of the real one's allocations will do. */
  allocate(now: number, agentIds: Iterable<string>): readonly NaiveAllocation[] {
    const allocations: NaiveAllocation[] = [];
    for (const agentId of agentIds) {
      const free = this.freeOn(agentId);
      if (free.cpus < 10 && free.mem < 32_000) continue;
      const taker = this.#inOrder().find(({ id }) => !this.#isRefused(id, agentId, free, now));
      if (taker === undefined) continue;
      this.holdings.push({ ...free, frameworkId: taker.id, role: taker.role, agentId });
      for (const name of [taker.role, taker.id]) {
        this.#servings.set(name, (this.#servings.get(name) ?? 0) + 1);
      }
      allocations.push({ ...free, frameworkId: taker.id, agentId });
    }
    return allocations;
  }

  #isRefused(frameworkId: string, agentId: string, offer: Pair, now: number): boolean {
    return this.refusals.some(
      (refusal) =>
        refusal.frameworkId === frameworkId &&
        refusal.agentId === agentId &&
        refusal.until > now &&
        offer.cpus <= refusal.cpus &&
        offer.mem <= refusal.mem,
    );
  }

  #inOrder(): readonly NaiveFramework[] {
    const open = [...this.frameworks.values()].filter((f) => f.isActive && !f.isSuppressed);
    const keyOf = ({ id, role }: NaiveFramework): readonly (number | string)[] => [
      this.#share((holding) => holding.role === role),
      this.#servings.get(role) ?? 0,
      role,
      this.#share((holding) => holding.frameworkId === id),
      this.#servings.get(id) ?? 0,
      id,
    ];
    const keys = new Map(open.map((framework) => [framework, keyOf(framework)]));
    return open.sort((a, b) => compareKeys(keys.get(a) ?? [], keys.get(b) ?? []));
  }

  #share(isOf: (holding: Holding) => boolean): number {
    const held = sum(this.holdings.filter(isOf));
    const total = sum(this.agents.values());
    return Math.max(held.cpus / (total.cpus || 1), held.mem / (total.mem || 1), 0);
  }
}

function sum(pairs: Iterable<Pair>): Pair {
  let [cpus, mem] = [0, 0];
  for (const pair of pairs) {
    cpus += pair.cpus;
    mem += pair.mem;
  }
  return { cpus, mem };
}

function compareKeys(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [i, part] of a.entries()) {
    const other = b[i] ?? part;
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}
