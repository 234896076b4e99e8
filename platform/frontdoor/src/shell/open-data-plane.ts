/** The data plane that the flags name; the code of the other one is not loaded. */

import { join } from "node:path";
import type { DataPlane } from "../plane/data-plane.ts";
import type { PlaneOptions } from "../plane/plane-options.ts";
import type { FrontdoorFlags } from "./frontdoor-flags.ts";

export async function openDataPlane(
  flags: FrontdoorFlags,
  options: PlaneOptions,
): Promise<DataPlane> {
  if (flags.data_plane !== "haproxy") {
    const { createInProcessPlane } = await import("../plane/in-process/create-in-process-plane.ts");
    return createInProcessPlane(options);
  }
  const { createHaproxyPlane } = await import("../plane/haproxy/create-haproxy-plane.ts");
  const folder = join(flags.work_dir, "haproxy");
  return createHaproxyPlane({ ...options, haproxy: flags.haproxy, folder });
}
