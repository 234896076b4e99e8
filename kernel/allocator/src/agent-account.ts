/**
 * What one agent has, who holds how much of it, and what is free.
 *
 * invariant: `held` is the sum over the frameworks, and `free` is the total without it. When an
 * agent comes back smaller than what is held there, nothing is free until enough was released.
 */
import type { AgentId, FrameworkId } from "@tavola/base";
import { invariant } from "@tavola/base";
import type { AgentInfo_Capability_Type } from "@tavola/protocol";
import { Resources } from "@tavola/resources";

export class AgentAccount {
  readonly id: AgentId;
  readonly capabilities: ReadonlySet<AgentInfo_Capability_Type>;
  isActive = true;
  #total: Resources;
  #held = Resources.empty;
  #free: Resources;
  /** With allocation, by framework; no empty ones. */
  readonly #heldBy = new Map<FrameworkId, Resources>();

  constructor(id: AgentId, total: Resources, capabilities: ReadonlySet<AgentInfo_Capability_Type>) {
    this.id = id;
    this.capabilities = capabilities;
    this.#total = total;
    this.#free = total;
  }

  /** Without allocation. */
  get total(): Resources {
    return this.#total;
  }

  set total(total: Resources) {
    this.#total = total;
    this.#free = total.minus(this.#held);
  }

  /** Without allocation. */
  get free(): Resources {
    return this.#free;
  }

  get hasGpus(): boolean {
    return this.#total.scalar("gpus") > 0;
  }

  /** With allocation; empty when the framework holds nothing here. */
  heldBy(frameworkId: FrameworkId): Resources {
    return this.#heldBy.get(frameworkId) ?? Resources.empty;
  }

  holders(): Iterable<[FrameworkId, Resources]> {
    return this.#heldBy;
  }

  /** `resources` with allocation. */
  hold(frameworkId: FrameworkId, resources: Resources): void {
    if (resources.isEmpty) return;
    this.#heldBy.set(frameworkId, this.heldBy(frameworkId).plus(resources));
    this.#held = this.#held.plus(resources.unallocated());
    this.#free = this.#total.minus(this.#held);
  }

  /** `resources` with allocation, all held by the framework. */
  release(frameworkId: FrameworkId, resources: Resources): void {
    const before = this.heldBy(frameworkId);
    if (!before.contains(resources)) {
      const what = `gives back ${resources} but holds ${before} on agent ${this.id}`;
      invariant(false, `framework ${frameworkId} ${what}`);
    }
    const after = before.minus(resources);
    if (after.isEmpty) this.#heldBy.delete(frameworkId);
    else this.#heldBy.set(frameworkId, after);
    this.#held = this.#held.minus(resources.unallocated());
    this.#free = this.#total.minus(this.#held);
  }
}
