/**
 * The fair allocator under random histories: it gives out nothing twice, loses nothing, and makes
 * the very offers that the naive model makes.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { AgentId, FrameworkId, Milli } from "@tavola/base";
import { asId, instant, seededRandom, unitsOf } from "@tavola/base";
import { Resources } from "@tavola/resources";
import fc from "fast-check";
import type { Allocator } from "./allocator.ts";
import { createFairAllocator } from "./fair-allocator.ts";
import { NaiveAllocator, type Pair } from "./testing/naive-allocator.ts";

const filterIntervalMs = 1000;
const agentCapabilities = new Set(["MULTI_ROLE", "HIERARCHICAL_ROLE"] as const);

const frameworkName = fc.constantFrom("f1", "f2", "f3");
const agentName = fc.constantFrom("a1", "a2", "a3");
const size = fc.record({
  cpus: fc.integer({ min: 1, max: 4000 }),
  mem: fc.integer({ min: 0, max: 99_000 }),
});

const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant("addAgent"), name: agentName, size }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("addFramework"),
      name: frameworkName,
      role: fc.constantFrom("r", "s"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("recover"),
      name: frameworkName,
      agent: agentName,
      part: fc.constantFrom(1, 1, 0.5, 0.1),
      refuseMs: fc.constantFrom(0, 0, 500, 3000),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("allocate") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sleep"), ms: fc.constantFrom(200, 5000) }) },
  ...["removeFramework", "toggleActive", "suppress", "revive", "revive"].map((name) => ({
    weight: 1,
    arbitrary: fc.record({ do: fc.constant(name), name: frameworkName }),
  })),
  { weight: 1, arbitrary: fc.record({ do: fc.constant("removeAgent"), name: agentName }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test("a fair allocator offers what the naive model offers, and nothing twice", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 80 }), fc.integer(), (steps, seed) => {
      const history = new History(seed);
      for (const next of steps) history.take(next);
    }),
    { numRuns: 500 },
  );
});

/** The real allocator and the naive one, told the same things. */
class History {
  readonly #real: Allocator;
  readonly #naive = new NaiveAllocator();
  #now = 0;

  constructor(seed: number) {
    this.#real = createFairAllocator({ random: seededRandom(seed), filterIntervalMs });
  }

  take(next: Step): void {
    if ("ms" in next) this.#now += next.ms;
    else if ("size" in next) this.#addAgent(asId(next.name), next.size);
    else if ("role" in next) this.#addFramework(asId(next.name), next.role);
    else if ("part" in next)
      this.#recover(asId(next.name), asId(next.agent), next.part, next.refuseMs);
    else if (!("name" in next)) this.#allocate();
    else if (next.do === "removeAgent") this.#removeAgent(asId(next.name));
    else this.#frameworkStep(next.do, asId(next.name));
    this.#checkTotals();
  }

  #addAgent(id: AgentId, total: Pair): void {
    if (this.#naive.agents.has(id)) return;
    this.#naive.agents.set(id, total);
    const agent = { total: bagOf(total), used: new Map(), capabilities: agentCapabilities };
    this.#real.agentAdded(id, agent);
  }

  #removeAgent(id: AgentId): void {
    if (!this.#naive.agents.has(id)) return;
    this.#naive.agentRemoved(id);
    this.#real.agentRemoved(id);
  }

  #addFramework(id: FrameworkId, role: string): void {
    if (this.#naive.frameworks.has(id)) return;
    this.#naive.frameworkAdded(id, role);
    this.#real.frameworkAdded(id, {
      roles: [role],
      suppressedRoles: new Set(),
      capabilities: new Set(),
      active: true,
      used: new Map(),
    });
  }

  #frameworkStep(what: string, id: FrameworkId): void {
    const framework = this.#naive.frameworks.get(id);
    if (framework === undefined) return;
    if (what === "removeFramework") {
      this.#naive.frameworkRemoved(id);
      this.#real.frameworkRemoved(id);
    } else if (what === "toggleActive") {
      framework.isActive = !framework.isActive;
      if (framework.isActive) this.#real.frameworkActivated(id);
      else this.#real.frameworkDeactivated(id);
      if (!framework.isActive) this.#naive.dropRefusals(id);
    } else {
      framework.isSuppressed = what === "suppress";
      if (framework.isSuppressed) this.#real.offersSuppressed(id, []);
      else this.#real.offersRevived(id, []);
      if (!framework.isSuppressed) this.#naive.dropRefusals(id);
    }
  }

  #recover(frameworkId: FrameworkId, agentId: AgentId, part: number, refuseMs: number): void {
    const role = this.#naive.frameworks.get(frameworkId)?.role;
    if (role === undefined) return;
    const held = this.#naive.heldBy(frameworkId, agentId);
    const back = { cpus: Math.floor(held.cpus * part), mem: Math.floor(held.mem * part) };
    if (back.cpus === 0 && back.mem === 0) return;
    const refuse = refuseMs === 0 ? 0 : Math.max(refuseMs, filterIntervalMs);
    this.#naive.recovered(frameworkId, agentId, back, this.#now, refuse);
    const resources = bagOf(back).allocatedTo(role);
    this.#real.resourcesRecovered(
      { frameworkId, agentId, resources, refuseMs },
      instant(this.#now),
    );
  }

  #allocate(): void {
    const made = this.#real
      .allocate(instant(this.#now))
      .map(({ frameworkId, agentId, resources }) => ({
        frameworkId: frameworkId as string,
        agentId: agentId as string,
        cpus: resources.scalar("cpus") as number,
        mem: resources.scalar("mem") as number,
      }));
    for (const { agentId, cpus, mem } of made) {
      deepEqual({ cpus, mem }, this.#naive.freeOn(agentId), "everything free is offered, no more");
    }
    // The rest of the agents come last: on them the model must find nobody either.
    const order = new Set([...made.map(({ agentId }) => agentId), ...this.#naive.agents.keys()]);
    deepEqual(made, this.#naive.allocate(this.#now, order).map(withKeysInOrder));
  }

  #checkTotals(): void {
    for (const { name, total, allocated } of this.#real.usage()) {
      ok(allocated >= 0 && allocated <= total, `${name}: ${allocated} of ${total}`);
      const key = name as "cpus" | "mem";
      const agents = [...this.#naive.agents];
      const naiveTotal = agents.reduce((sum, [, pair]) => sum + pair[key], 0);
      const naiveFree = agents.reduce((sum, [id]) => sum + this.#naive.freeOn(id)[key], 0);
      equal(total, naiveTotal);
      equal(total - allocated, naiveFree);
    }
  }
}

function withKeysInOrder({
  frameworkId,
  agentId,
  cpus,
  mem,
}: {
  frameworkId: string;
  agentId: string;
} & Pair) {
  return { frameworkId, agentId, cpus, mem };
}

function bagOf({ cpus, mem }: Pair): Resources {
  return Resources.of([
    { name: "cpus", type: "SCALAR", scalar: { value: unitsOf(cpus as Milli) } },
    { name: "mem", type: "SCALAR", scalar: { value: unitsOf(mem as Milli) } },
  ]);
}
