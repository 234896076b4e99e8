/** The data plane that the flags name; the code of HAProxy's is not loaded for the other. */

import { join } from "node:path";
import type { DataPlane } from "../plane/data-plane.ts";
import { createInProcessPlane } from "../plane/in-process/create-in-process-plane.ts";
import type { PlaneOptions } from "../plane/plane-options.ts";
import type { FrontdoorFlags } from "./frontdoor-flags.ts";

export async function openDataPlane(
  flags: FrontdoorFlags,
  options: PlaneOptions,
): Promise<DataPlane> {
  if (flags.data_plane !== "haproxy") return createInProcessPlane(options);
  const { createHaproxyPlane } = await import("../plane/haproxy/haproxy-plane.ts");
  const folder = join(flags.work_dir, "haproxy");
  return createHaproxyPlane({ ...options, binary: flags.haproxy, folder });
}
