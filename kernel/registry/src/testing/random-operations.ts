/**
 * Operations at random, over so few ids that they meet each other. None has an empty list, which is
 * absent once it was stored.
 */

import { type AgentId, asId, instant, type Random, randomInt } from "@tavola/base";
import type { AgentInfo, MachineID, MasterInfo, maintenance } from "@tavola/protocol";
import type { RegistryOperation } from "../registry-operation.ts";

export function agentInfo(id: string, extra: Partial<AgentInfo> = {}): AgentInfo {
  return { hostname: `host-${id}`, port: 5051, id: { value: id }, checkpoint: true, ...extra };
}

export function agentId(id: string): AgentId {
  return asId<AgentId>(id);
}

export function masterInfo(id: string): MasterInfo {
  return { id, ip: 16777343, port: 5050, hostname: "m" };
}

const makers: readonly ((random: Random, at: number) => RegistryOperation)[] = [
  (random) => ({ kind: "recordLeader", info: masterInfo(`m${randomInt(random, 3)}`) }),
  (random) => ({ kind: "admitAgent", info: agentInfo(anyId(random)) }),
  (random) => ({ kind: "admitAgent", info: agentInfo(anyId(random)) }),
  (random, at) => ({ kind: "readmitAgent", info: agentInfo(anyId(random), { port: at }) }),
  (random) => ({ kind: "removeAgent", agentId: anyId(random) }),
  (random, at) => ({ kind: "markAgentUnreachable", agentId: anyId(random), at: instant(at + 0.5) }),
  (random, at) => ({ kind: "markAgentGone", agentId: anyId(random), at: instant(at) }),
  (random) => ({ kind: "pruneAgents", unreachable: [anyId(random)], gone: [] }),
  (random) => ({ kind: "drainAgent", agentId: anyId(random), config: { mark_gone: true } }),
  (random) => ({ kind: "markAgentDrained", agentId: anyId(random) }),
  (random) => ({ kind: "deactivateAgent", agentId: anyId(random) }),
  (random) => ({ kind: "reactivateAgent", agentId: anyId(random) }),
  (random, at) => ({ kind: "updateMaintenanceSchedule", schedule: anySchedule(random, at) }),
  (random) => ({ kind: "startMaintenance", machines: machines(random, randomInt(random, 2)) }),
  (random) => ({ kind: "stopMaintenance", machines: machines(random, randomInt(random, 2)) }),
  (random) => ({
    kind: "updateQuotas",
    configs: [
      {
        role: `r${randomInt(random, 3)}`,
        ...(randomInt(random, 2) > 0 && { limits: { cpus: { value: randomInt(random, 9) } } }),
      },
    ],
  }),
  (random) => ({
    kind: "updateWeights",
    weights: [{ role: `r${randomInt(random, 3)}`, weight: 1 + randomInt(random, 4) / 2 }],
  }),
];

/** `at`: the time, in milliseconds. */
export function randomOperation(random: Random, at: number): RegistryOperation {
  const make = makers[randomInt(random, makers.length)] as (typeof makers)[number];
  return make(random, at);
}

function anyId(random: Random): AgentId {
  return agentId(`S${randomInt(random, 8)}`);
}

function anySchedule(random: Random, at: number): maintenance.Schedule {
  const windows = [0, 1]
    .map((window) => ({
      machine_ids: machines(random, window),
      unavailability: { start: { nanoseconds: BigInt(at) } },
    }))
    .filter((window) => window.machine_ids.length > 0);
  return windows.length > 0 ? { windows } : {};
}

/** Window 0 has h0 and h1, window 1 has h2 and h3: no machine is in both. */
function machines(random: Random, window: number): readonly MachineID[] {
  return [0, 1]
    .filter(() => randomInt(random, 3) > 0)
    .map((n) => ({ hostname: `h${window * 2 + n}`, ip: "10.0.0.1" }));
}
