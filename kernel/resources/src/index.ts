/** The door of `@tavola/resources`: bags of resources, their grammar, their forms, role names. */

export { formatResource, formatScalar } from "./format-resource.ts";
export { parseAttributes } from "./parse-attributes.ts";
export { parseResources } from "./parse-resources.ts";
export type { Quantities } from "./quantities.ts";
export { containsQuantities, parseQuantities } from "./quantities.ts";
export { coalesceRanges, formatRanges } from "./ranges.ts";
export { toEndpointForm, toPostRefinement, toPreRefinement } from "./reservation-format.ts";
export { Resources } from "./resources.ts";
export type { ResourcesModel } from "./resources-model.ts";
export { resourcesByRoleToModel, resourcesToModel } from "./resources-model.ts";
export { defaultRole, isStrictSubroleOf, validateRole } from "./roles.ts";
export { validateResource, validateResources } from "./validate-resources.ts";
