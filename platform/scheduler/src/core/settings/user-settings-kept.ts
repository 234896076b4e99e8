/**
 * What a user keeps for himself: the requests he starred.
 */

import type { UserSettings } from "../model/operations.ts";
import { type Outcome, refused, type Turn } from "../turn.ts";
import { validateStarredRequests, validateUserId } from "../validation/validate-action.ts";

export interface UserSettingsChange {
  readonly user: string;
  readonly change: (starred: readonly string[]) => readonly string[];
}

/** Refused with 400: no user, or more stars than may be. */
export function userSettingsKept(
  turn: Turn,
  { user, change }: UserSettingsChange,
): Outcome<UserSettings> {
  const id = validateUserId(user, turn.config);
  if (id.refusal !== undefined) return id;
  const before = turn.get("userSettings", user)?.starredRequestIds ?? [];
  const starred = validateStarredRequests([...new Set(change(before))], turn.config);
  if (starred.refusal !== undefined) return refused(400, starred.refusal.message);
  const settings = { starredRequestIds: starred.value };
  turn.put("userSettings", user, { ...settings, user });
  return { value: settings };
}
