/** The package's door. */

export type { RuleSet, Services } from "./core/routing-table.ts";
export type { DataPlane } from "./plane/data-plane.ts";
