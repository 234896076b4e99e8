/**
 * The answer of `/roles`. Weights are 1 and quotas unlimited until there is an allocator that keeps
 * to others; both are shown so that tools find what they read.
 */

import { unitsOf } from "@tavola/base";
import type { MasterState } from "../core/state.ts";
import {
  type JsonText,
  jsonArray,
  jsonDouble,
  jsonObject,
  jsonString,
  jsonStrings,
} from "./json-text.ts";
import { quantitiesJson } from "./resource-json.ts";
import { type Quantities, type RoleBreakdown, roleBreakdowns, sumOf } from "./role-breakdown.ts";

/** What a role weighs in sharing when nobody said otherwise. */
export const defaultWeight = 1;

export function rolesJson(state: MasterState): JsonText {
  return jsonObject({ roles: jsonArray([...roleBreakdowns(state).values()].map(roleJson)) });
}

function roleJson(role: RoleBreakdown): JsonText {
  return jsonObject({
    name: jsonString(role.name),
    weight: jsonDouble(defaultWeight),
    quota: jsonObject({
      role: jsonString(role.name),
      guarantee: "{}",
      limit: "{}",
      consumed: amountsJson(role.consumed),
    }),
    resources: amountsJson(sumOf(role.allocated, role.offered)),
    allocated: amountsJson(role.allocated),
    offered: amountsJson(role.offered),
    reserved: amountsJson(role.reserved),
    frameworks: jsonStrings(role.frameworks),
  });
}

function amountsJson(amounts: Quantities): JsonText {
  const sorted = [...amounts].sort(([a], [b]) => (a < b ? -1 : 1));
  return quantitiesJson(sorted.map(([name, amount]) => [name, unitsOf(amount)] as const));
}
