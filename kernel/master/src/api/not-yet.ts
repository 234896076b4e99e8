/**
 * What operators can ask of Mesos and not yet of this master: refused with 501 and a reason, after the
 * same checks of form as everything else.
 *
 * One table, so that whoever builds the missing part finds every place where it is missed.
 */

import { type HttpResponse, textResponse } from "@tavola/host";
import type { master } from "@tavola/protocol";

export type MissingPart =
  | "reservations"
  | "volumes"
  | "weights"
  | "quota"
  | "maintenance"
  | "draining";

const reasons: Readonly<Record<MissingPart, string>> = {
  reservations: "this master makes no dynamic reservations yet",
  volumes: "this master makes no persistent volumes yet",
  weights: "every role weighs 1 with this master's allocator",
  quota: "this master's allocator keeps no quota yet",
  maintenance: "this master keeps no maintenance schedule yet",
  draining: "this master does not drain or deactivate agents yet",
};

/** Calls of the operator API, by the part that they miss. */
export const missingParts = {
  RESERVE_RESOURCES: "reservations",
  UNRESERVE_RESOURCES: "reservations",
  CREATE_VOLUMES: "volumes",
  DESTROY_VOLUMES: "volumes",
  GROW_VOLUME: "volumes",
  SHRINK_VOLUME: "volumes",
  UPDATE_WEIGHTS: "weights",
  UPDATE_QUOTA: "quota",
  SET_QUOTA: "quota",
  REMOVE_QUOTA: "quota",
  UPDATE_MAINTENANCE_SCHEDULE: "maintenance",
  START_MAINTENANCE: "maintenance",
  STOP_MAINTENANCE: "maintenance",
  DRAIN_AGENT: "draining",
  DEACTIVATE_AGENT: "draining",
  REACTIVATE_AGENT: "draining",
} as const satisfies Partial<Record<master.Call_Type, MissingPart>>;

export function refuseMissing(part: MissingPart): HttpResponse {
  return textResponse(501, `501 Not Implemented. Nothing was changed: ${reasons[part]}.`);
}
