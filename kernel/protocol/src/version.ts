/**
 * What this software calls itself: to Mesos's tools a Mesos, and by its own name.
 *
 * Agents, masters and tools compare Mesos versions (an agent below 1.0.0 is not admitted, some
 * clients refuse what is no 1.x), so `version` is everywhere the Mesos version whose behaviour is
 * followed.
 * Differs: our own version goes beside it, as `tavola_version`, in JSON answers only; and as nothing
 * is compiled, there is no build to date: `build_date`, `build_time` and `build_user` are there
 * because tools read them, and empty.
 */

import type { VersionInfo } from "./generated/v1.ts";

/** The Mesos release whose protocols and answers these are. */
export const mesosVersion = "1.12.0";

/** Ours; that of the root package.json. */
export const tavolaVersion = "0.1.0";

/** The answer of GET_VERSION. */
export const versionInfo: Readonly<VersionInfo> = {
  version: mesosVersion,
  build_date: "",
  build_time: 0,
  build_user: "",
};
