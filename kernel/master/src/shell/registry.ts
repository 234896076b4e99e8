/**
 * Where registry operations become durable before anybody is told.
 *
 * The in-memory registry is `--registry=in_memory`: it forgets with the master, so there is nothing
 * to wait for.
 */

import type { RegistryOperation } from "@tavola/registry";

export interface Registry {
  /** Calls `onDurable` once; in the order of the calls. Never rejects: what cannot be written ends the master. */
  apply(operation: RegistryOperation, onDurable: () => void): void;
}

export function createInMemoryRegistry(): Registry {
  return {
    apply(_operation, onDurable) {
      onDurable();
    },
  };
}
