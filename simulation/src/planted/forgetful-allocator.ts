/**
 * Planted: an allocator that sets a filter and, now and then, forgets to take the resources back.
 */

import { type Allocator, createFairAllocator, type FairAllocatorOptions } from "@tavola/allocator";
import type { Random } from "@tavola/base";

const forgetChance = 0.1;

export function forgetfulAllocators(random: Random): (options: FairAllocatorOptions) => Allocator {
  return (options) => {
    const allocator = createFairAllocator(options);
    const recovered = allocator.resourcesRecovered.bind(allocator);
    allocator.resourcesRecovered = (recovery, now) => {
      const isFiltered = (recovery.refuseMs ?? 0) > 0;
      if (isFiltered && random.next() < forgetChance) return;
      recovered(recovery, now);
    };
    return allocator;
  };
}
