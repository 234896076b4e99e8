/**
 * What any data plane does, in process or driven: one suite, run on each.
 *
 *     planeContract("in process", createInProcessPlane, { refusesAllDubious: true });
 */

import { describe } from "node:test";
import { hostileContract } from "./hostile-contract.ts";
import type { CreatePlane } from "./plane-fixture.ts";

export interface ContractOptions {
  /** It repairs nothing: whatever a strict reader may refuse, it refuses. */
  readonly refusesAllDubious: boolean;
}

export function planeContract(name: string, create: CreatePlane, options: ContractOptions): void {
  describe(`a data plane ${name}`, () => {
    hostileContract(create, options);
  });
}
