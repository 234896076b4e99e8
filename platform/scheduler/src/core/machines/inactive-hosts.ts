/**
 * Hosts that operators want gone for good: an agent that comes back on one is decommissioned at once.
 */

import type { Outcome, Turn } from "../turn.ts";

/** To name one twice changes nothing. Agents that are on it now are left as they are. */
export function hostDeactivated(turn: Turn, host: string): Outcome<void> {
  turn.put("inactiveHost", host, { host });
  return { value: undefined };
}

export function hostActivated(turn: Turn, host: string): Outcome<void> {
  turn.remove("inactiveHost", host);
  return { value: undefined };
}

export function allHostsActivated(turn: Turn): Outcome<void> {
  for (const host of [...turn.state.records.inactiveHost.keys()]) turn.remove("inactiveHost", host);
  return { value: undefined };
}
