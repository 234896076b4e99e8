/** Which services a rule file speaks of: only theirs are the instances that a data plane is told. */

import type { Rule, ServiceName } from "./rule.ts";

export function servicesOf(rules: readonly Rule[]): ReadonlySet<ServiceName> {
  const services = new Set<ServiceName>();
  for (const { action, options } of rules) {
    if (action.kind === "passthru") services.add(action.service);
    if (action.kind === "split") {
      for (const { service } of action.shares) services.add(service);
    }
    if (options.mirror !== undefined) services.add(options.mirror.service);
  }
  return services;
}
