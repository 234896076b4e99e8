/**
 * Where containers' processes live and what bounds them: the seam between cgroups and plain /proc.
 *
 * A launcher makes the place, writes the bounds, reads the statistics, and ends everything in it. It
 * starts nothing: that is the shim's, in this process or in the executor host.
 */

import type { ContainerId } from "@tavola/base";
import type { ResourceStatistics, TaskResourceLimitation } from "@tavola/protocol";
import type { Bounds } from "./cgroups/cgroup-limits.ts";
import type { ProcessPlace } from "./process-place.ts";

/** A limit that a container ran into. */
export interface Limitation {
  readonly message: string;
  readonly resources: TaskResourceLimitation["resources"];
}

export interface Launcher {
  /** Makes a place with these bounds. Rejects with CodedError CGROUP_FAILED; nothing is left then. */
  prepare(id: ContainerId, directory: string, bounds: Bounds): Promise<ProcessPlace>;
  update(id: ContainerId, bounds: Bounds): Promise<void>;
  /** What is measured; times, limits and the rest are the caller's. */
  measure(id: ContainerId, place: ProcessPlace): Promise<Partial<ResourceStatistics>>;
  /** Its memory limit, if it ran into that; call it before `destroy`. */
  memoryLimitation(id: ContainerId): Promise<Limitation>;
  /**
   * Ends everything in the place and removes it, also one that some earlier run made. Idempotent.
   * `isOver`: whoever started it has seen all of it end. Rejects with a transient CodedError when
   * that takes longer than it may.
   */
  destroy(id: ContainerId, place: ProcessPlace, isOver: boolean): Promise<void>;
  /** Removes what is common to containers, where nobody uses it. Touches no container. */
  close(): Promise<void>;
}
