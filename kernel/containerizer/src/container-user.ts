/** Whom a container's processes run as, and whether we may do that. */

import { CodedError } from "@tavola/base";
import { findUser } from "@tavola/host";
import type { ProcessUser } from "./shim/shim.ts";

/** undefined: whoever we are. Throws CodedError UNKNOWN_USER or CANNOT_SWITCH_USER. */
export function resolveUser(name: string | undefined): ProcessUser | undefined {
  if (name === undefined) return undefined;
  const user = findUser(name);
  if (user === undefined) {
    throw new CodedError("UNKNOWN_USER", `Failed to get the uid of user '${name}': not found`, {
      user: name,
    });
  }
  const own = process.getuid?.();
  if (user.uid === own) return undefined;
  if (own !== 0) {
    throw new CodedError(
      "CANNOT_SWITCH_USER",
      `Cannot run as user '${name}': the agent does not run as root; start it as root, or with --no-switch_user`,
      { user: name },
    );
  }
  return { uid: user.uid, gid: user.gid, gids: user.gids };
}
