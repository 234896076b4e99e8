/** The door of `@tavola/allocator`: the interface, and the fair allocator behind it. */

export type {
  AddedAgent,
  AddedFramework,
  Allocation,
  Allocator,
  FrameworkProfile,
  RecoveredResources,
  ResourceUsage,
  RoleShare,
} from "./allocator.ts";
export type { FairAllocatorOptions } from "./fair-allocator.ts";
export { createFairAllocator } from "./fair-allocator.ts";
