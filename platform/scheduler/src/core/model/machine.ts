/**
 * Agents and racks as the scheduler sees them.
 *
 * Shapes only, as Singularity's API has them, with one name each (`agent…`, never `slave…`):
 * older names are understood and given beside these at the edge (the tables of `*-shape.ts`).
 * Times are milliseconds since the epoch unless a name says otherwise.
 */

import type { MachineState } from "./enums.ts";

export interface Agent {
  readonly firstSeenAt: number;
  readonly currentState: MachineStateHistoryUpdate;
  readonly host: string;
  readonly rackId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly resources?: MesosResourcesObject;
  readonly id: string;
}

export interface Rack {
  readonly firstSeenAt: number;
  readonly currentState: MachineStateHistoryUpdate;
  readonly id: string;
}

export interface MachineStateHistoryUpdate {
  readonly objectId: string;
  readonly state: MachineState;
  readonly timestamp: number;
  readonly user?: string;
  readonly message?: string;
}

/** Name to amount: `cpus`, `memoryMb`, … as Mesos totals them. */
export type MesosResourcesObject = Readonly<Record<string, unknown>>;
