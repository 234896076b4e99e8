/**
 * Machines are scheduled for maintenance, go down for it, and come up again.
 *
 *     (up) --scheduled--> DRAINING --start--> DOWN --stop--> (up)
 */

import type { MachineID, maintenance } from "@tavola/protocol";
import type { Applied } from "./registry-operation.ts";
import type { RegistryState } from "./registry-state.ts";

/** Hostnames are the same in any case, as in Mesos. */
export function machineKey({ hostname = "", ip = "" }: MachineID): string {
  return `${hostname.toLowerCase()}\n${ip}`;
}

/** PERF: O(old and new schedule). */
export function updateMaintenanceSchedule(
  state: RegistryState,
  schedule: maintenance.Schedule,
): Applied {
  const scheduled = new Set<string>();
  for (const { machine_ids: ids, unavailability } of schedule.windows ?? []) {
    for (const id of ids ?? []) {
      const key = machineKey(id);
      scheduled.add(key);
      const known = state.machines.get(key) ?? { id, mode: "DRAINING" };
      state.machines.set(key, { ...known, unavailability });
    }
  }
  for (const key of state.machines.keys()) if (!scheduled.has(key)) state.machines.delete(key);
  state.schedule = scheduled.size === 0 ? undefined : schedule;
  return { value: "changed" };
}

export function startMaintenance(state: RegistryState, ids: readonly MachineID[]): Applied {
  const missing = ids.find((id) => !state.machines.has(machineKey(id)));
  if (missing !== undefined) return notScheduled(missing);
  for (const id of ids) {
    const key = machineKey(id);
    const machine = state.machines.get(key);
    if (machine !== undefined) state.machines.set(key, { ...machine, mode: "DOWN" });
  }
  return { value: ids.length > 0 ? "changed" : "unchanged" };
}

/** PERF: O(schedule). */
export function stopMaintenance(state: RegistryState, ids: readonly MachineID[]): Applied {
  const missing = ids.find((id) => !state.machines.has(machineKey(id)));
  if (missing !== undefined) return notScheduled(missing);
  const up = new Set(ids.map(machineKey));
  for (const key of up) state.machines.delete(key);
  const windows = (state.schedule?.windows ?? [])
    .map((window) => ({
      ...window,
      machine_ids: (window.machine_ids ?? []).filter((id) => !up.has(machineKey(id))),
    }))
    .filter((window) => window.machine_ids.length > 0);
  state.schedule = windows.length === 0 ? undefined : { windows };
  return { value: ids.length > 0 ? "changed" : "unchanged" };
}

function notScheduled(id: MachineID): Applied {
  const name = [id.hostname, id.ip].filter(Boolean).join(" / ");
  return { error: `machine ${name} is not in the maintenance schedule` };
}
