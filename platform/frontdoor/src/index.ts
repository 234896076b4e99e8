/** The door of `@tavola/frontdoor`: the front door itself, and what the command asks of rules. */

export type { Decision } from "./core/decide.ts";
export type { Explanation, LineReport } from "./core/explain.ts";
export { explain, whyRefused } from "./core/explain.ts";
export type { ParsedRules } from "./core/parse-rules.ts";
export { parseRules } from "./core/parse-rules.ts";
export type { RuleSet, Services } from "./core/routing-table.ts";
export type { RequestFacts, Rule } from "./core/rule.ts";
export type { RuleError } from "./core/rule-error.ts";
export { formatRuleError } from "./core/rule-error.ts";
export { servicesOf } from "./core/services-of.ts";
export type { DataPlane } from "./plane/data-plane.ts";
export { createHaproxyPlane } from "./plane/haproxy/haproxy-plane.ts";
export { createInProcessPlane } from "./plane/in-process/create-in-process-plane.ts";
export { type FrontdoorFlags, frontdoorFlags } from "./shell/frontdoor-flags.ts";
export {
  type FrontdoorOptions,
  type RunningFrontdoor,
  startFrontdoor,
} from "./shell/start-frontdoor.ts";
