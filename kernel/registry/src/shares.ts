/**
 * What roles are promised and limited to, and how much they weigh against each other.
 */

import type { quota, WeightInfo } from "@tavola/protocol";
import type { Applied } from "./registry-operation.ts";
import type { RegistryState } from "./registry-state.ts";

export function updateQuotas(state: RegistryState, configs: readonly quota.QuotaConfig[]): Applied {
  let changes = 0;
  for (const config of configs) {
    if (!isDefault(config)) {
      state.quotas.set(config.role, config);
      changes += 1;
    } else if (state.quotas.delete(config.role)) {
      changes += 1;
    }
  }
  return { value: changes > 0 ? "changed" : "unchanged" };
}

/** Nothing guaranteed, nothing limited: as if it were not there. */
function isDefault({ guarantees = {}, limits = {} }: quota.QuotaConfig): boolean {
  return (
    Object.keys(limits).length === 0 && Object.values(guarantees).every(({ value }) => value === 0)
  );
}

export function updateWeights(state: RegistryState, weights: readonly WeightInfo[]): Applied {
  const anonymous = weights.find(({ role }) => role === undefined);
  if (anonymous !== undefined) return { error: "a weight names no role" };
  let changes = 0;
  for (const { role = "", weight } of weights) {
    if (state.weights.get(role) === weight) continue;
    state.weights.set(role, weight);
    changes += 1;
  }
  return { value: changes > 0 ? "changed" : "unchanged" };
}
