/**
 * Which rules are the in-process plane's because of whom they lead to: as the map of rules with which a
 * HAProxy begins, and as changes of it, entry by entry, for one that runs.
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
export function handedOnCommands(map: string, rules: HandedOnRules): readonly string[] {
  return entriesOf(rules).flatMap(({ number, backend, services }) =>
    services.length === 0 ? [] : [`set map ${map} ${number} ${backend}`],
  );
}

/** The map as a file: whoever begins with it knows who is handed on, too. */
export function formatRulesMap(rules: HandedOnRules): string {
  return entriesOf(rules)
    .map(({ number, backend }) => `${number} ${backend}\n`)
    .join("");
}

interface MapEntry {
  readonly number: number;
  readonly backend: string;
  /** That the rule names. */
  readonly services: readonly ServiceName[];
}

function entriesOf({ rules, compiled, services }: HandedOnRules): readonly MapEntry[] {
  return compiled.outcomes.flatMap((outcome, at) => {
    const named = servicesOf(rules[at]);
    const normal = backendOf(outcome, at + 1);
    if (normal === undefined) return [];
    const isHandedOn = named.some((service) => services.has(service));
    const backend = isHandedOn ? backendNames.handedOn : normal;
    return [{ number: at + 1, backend, services: named }];
  });
}

function servicesOf(rule: Rule | undefined): readonly ServiceName[] {
  if (rule?.action.kind === "passthru") return [rule.action.service];
  if (rule?.action.kind === "split") return rule.action.shares.map(({ service }) => service);
  return [];
}
