/**
 * Which rules are the in-process plane's because of whom they lead to, said to a HAProxy that runs: its map
 * of rules is changed entry by entry.
 */

import type { Rule, ServiceName } from "../../core/rule.ts";
import type { CompiledRules } from "./compiled-rules.ts";
import { backendNames, backendOf } from "./format-frontend.ts";

export interface HandedOnRules {
  readonly rules: readonly Rule[];
  readonly compiled: CompiledRules;
  /** Those that HAProxy cannot serve. */
  readonly services: ReadonlySet<ServiceName>;
}

/** One for each rule that names a service. */
export function handedOnCommands(
  map: string,
  { rules, compiled, services }: HandedOnRules,
): readonly string[] {
  return compiled.outcomes.flatMap((outcome, at) => {
    const named = servicesOf(rules[at]);
    const normal = backendOf(outcome, at + 1);
    if (named.length === 0 || normal === undefined) return [];
    const isHandedOn = named.some((service) => services.has(service));
    return [`set map ${map} ${at + 1} ${isHandedOn ? backendNames.handedOn : normal}`];
  });
}

function servicesOf(rule: Rule | undefined): readonly ServiceName[] {
  if (rule?.action.kind === "passthru") return [rule.action.service];
  if (rule?.action.kind === "split") return rule.action.shares.map(({ service }) => service);
  return [];
}
