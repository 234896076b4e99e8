/**
 * The registry in Mesos's form, for those who read `/registrar(1)/registry`. Nothing reads it back.
 */

import type { Instant } from "@tavola/base";
import type { internal, TimeInfo } from "@tavola/protocol";
import { minimumCapabilitiesOf, type RegistryState } from "./registry-state.ts";

/** PERF: O(registry). */
export function mesosRegistryOf(state: RegistryState): internal.Registry {
  const capabilities = minimumCapabilitiesOf(state);
  return {
    ...(state.leader && { master: { info: state.leader } }),
    slaves: {
      slaves: [...state.admitted.values()].map(({ info, drain, deactivated }) => ({
        info,
        ...(drain && { drain_info: drain }),
        deactivated,
      })),
    },
    machines: { machines: [...state.machines.values()].map((info) => ({ info })) },
    schedules: state.schedule === undefined ? [] : [state.schedule],
    quota_configs: [...state.quotas.values()],
    weights: [...state.weights].map(([role, weight]) => ({ info: { role, weight } })),
    unreachable: {
      slaves: [...state.unreachable].map(([id, { since, drain, deactivated }]) => ({
        id: { value: id },
        timestamp: timeInfoOf(since),
        ...(drain && { drain_info: drain }),
        deactivated,
      })),
    },
    gone: {
      slaves: [...state.gone].map(([id, { since }]) => ({
        id: { value: id },
        timestamp: timeInfoOf(since),
      })),
    },
    minimum_capabilities: capabilities.map((capability) => ({ capability })),
  };
}

function timeInfoOf(at: Instant): TimeInfo {
  return { nanoseconds: BigInt(Math.round(at * 1000)) * 1000n };
}
