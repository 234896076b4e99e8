/** An instance as requests meet it: how it does, and the connections to it. */

import type { Clock } from "@tavola/host";
import type { Instance } from "../../../core/routing-table.ts";
import type { ServiceName } from "../../../core/rule.ts";
import { createInstanceState, type InstanceState } from "../core/balance/instance-state.ts";
import type { UpstreamAddress } from "../upstream/upstream-address.ts";
import { UpstreamPool } from "../upstream/upstream-pool.ts";

export interface Target extends InstanceState {
  readonly service: ServiceName;
  readonly address: UpstreamAddress;
  readonly pool: UpstreamPool;
}

export interface TargetParts {
  readonly service: ServiceName;
  readonly instance: Instance;
  readonly address: UpstreamAddress;
  readonly clock: Clock;
  /** Whether it comes up slowly. */
  readonly isNew: boolean;
}

export function createTarget({ service, instance, address, clock, isNew }: TargetParts): Target {
  const state = createInstanceState(instance, isNew ? clock.now() : undefined);
  return { ...state, service, address, pool: new UpstreamPool(address, clock) };
}
