/**
 * What must hold of a master's state between any two turns, as an assertion.
 */

import assert from "node:assert/strict";
import type { Allocator } from "@tavola/allocator";
import { checkMasterState } from "../core/check-state.ts";
import type { MasterState } from "../core/state.ts";

/** Throws, naming what does not hold. What a lying agent says it has may not hold what it runs. */
export function assertInvariants(
  state: MasterState,
  allocator: Allocator,
  agentsLie: "agentsLie" | undefined = undefined,
): void {
  assert.deepEqual(checkMasterState(state, allocator, { agentsLie: agentsLie !== undefined }), []);
}
