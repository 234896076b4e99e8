/**
 * Resources as the JSON endpoints show them:
 * `{"cpus":4,"gpus":0,"mem":4000,"disk":10000,"ports":"[31000-32000]"}`.
 *
 * cpus, gpus, mem and disk are always there, as numbers; other scalars are numbers, ranges and sets
 * are text; revocable amounts stand beside under `<name>_revocable`. Source: src/common/http.cpp.
 */
import { unitsOf } from "@tavola/base";
import { formatRanges } from "./ranges.ts";
import type { Resources } from "./resources.ts";

export type ResourcesModel = Readonly<Record<string, number | string>>;

/** Reservations and allocations are not told apart: amounts of one name are summed. */
export function resourcesToModel(resources: Resources): ResourcesModel {
  const model: Record<string, number | string> = { cpus: 0, gpus: 0, mem: 0, disk: 0 };
  addTo(model, resources.nonRevocable(), "");
  addTo(model, resources.revocable(), "_revocable");
  return model;
}

/** The same for each role. */
export function resourcesByRoleToModel(
  byRole: ReadonlyMap<string, Resources>,
): Readonly<Record<string, ResourcesModel>> {
  return Object.fromEntries([...byRole].map(([role, bag]) => [role, resourcesToModel(bag)]));
}

function addTo(model: Record<string, number | string>, resources: Resources, suffix: string): void {
  for (const name of resources.names()) {
    const ranges = resources.ranges(name);
    const items = resources.items(name);
    model[name + suffix] =
      ranges.length > 0
        ? formatRanges(ranges)
        : items.length > 0
          ? `{${items.join(", ")}}`
          : unitsOf(resources.scalar(name));
  }
}
