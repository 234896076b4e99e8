/**
 * Rows of a flag table for flags of Mesos whose features are not there yet.
 *
 * A flag is accepted while its value asks for nothing that is missing (so that a Mesos unit file or
 * environment starts our daemon unchanged, and `/flags` shows what dashboards expect), and refused
 * when silence would be a lie: `--authenticate_agents=true` must not start an open master.
 */

import type { FlagKinds } from "./flag-kinds.ts";

type Refusal = (value: unknown) => string | undefined;

/** Refused when it says anything but `harmless`. */
export function refusedUnless(harmless: unknown, feature: string): Refusal {
  return (value) =>
    value === harmless ? undefined : `${feature} is not supported yet; leave the flag out`;
}

/** Refused whatever it says. */
export function refusable(feature: string) {
  return {
    kind: "string" as const,
    help: `Not supported yet: ${feature}.`,
    validate: refusedUnless(undefined, feature),
  };
}

/** Refused when it switches away from `harmless`. */
export function switchable(feature: string, harmless = false) {
  return {
    kind: "bool" as const,
    help: `Not supported yet: ${feature}.`,
    default: harmless,
    validate: refusedUnless(harmless, feature),
  };
}

/** One choice is there, by the name that Mesos gives it. */
export function only(value: string, feature: string) {
  return {
    kind: "string" as const,
    help: `Only \`${value}\` so far.`,
    default: value,
    validate: refusedUnless(value, `${feature} other than \`${value}\``),
  };
}

/** Accepted with any value of its kind. `value` is Mesos's default. */
export function unused<K extends keyof FlagKinds>(kind: K, value: FlagKinds[K]) {
  return { kind, help: "Accepted; has no effect yet.", default: value };
}
