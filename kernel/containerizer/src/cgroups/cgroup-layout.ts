/**
 * Where a container's cgroups are: `<hierarchy>/<cgroups_root>/<container id>`, as Mesos names them.
 *
 * Version 1 has a hierarchy for each controller (several may share one); version 2 has one for all.
 * Version 1 is taken where it has what is needed, because a controller that version 1 has taken is
 * not there for version 2. Pure but for `detectCgroupLayout`.
 */

import type { ContainerId, Result } from "@tavola/base";
import {
  type Cgroup,
  type CgroupMounts,
  createCgroup,
  detectCgroupMounts,
  enableControllers,
  readCgroup,
  v2Controllers,
} from "@tavola/host";

/** What we use of cgroups. `freezer` stands for holding and killing processes: the launcher's. */
export type Controller = "freezer" | "cpu" | "cpuacct" | "memory";

export interface CgroupLayout {
  readonly version: 1 | 2;
  /** Name of the cgroup that ours are below, without slashes at its ends. */
  readonly root: string;
  /** The mount of each controller in use; in version 2 all have the same. */
  readonly hierarchies: ReadonlyMap<Controller, string>;
}

export interface LayoutRequest {
  /** Only mounts at or below this folder count. */
  readonly hierarchy: string;
  readonly root: string;
  readonly controllers: ReadonlySet<Controller>;
}

/** The layout for these mounts, or which controller is missing. */
export function layoutCgroups(
  mounts: CgroupMounts,
  available: ReadonlySet<string>,
  { hierarchy, root, controllers }: LayoutRequest,
): Result<CgroupLayout> {
  const isInside = (path: string): boolean =>
    path === hierarchy || path.startsWith(`${hierarchy}/`);
  const name = root.replace(/^\/+|\/+$/g, "");
  const v1 = new Map<Controller, string>();
  for (const controller of controllers) {
    const mount = mounts.v1.get(controller);
    if (mount !== undefined && isInside(mount)) v1.set(controller, mount);
  }
  if (v1.size === controllers.size) return { value: { version: 1, root: name, hierarchies: v1 } };
  const { v2 } = mounts;
  const missing = [...controllers].filter((controller) => !v1.has(controller));
  if (v2 === undefined || !isInside(v2)) {
    return { error: `no cgroup hierarchy for ${missing.join(", ")} is mounted below ${hierarchy}` };
  }
  const absent = v2Needs(controllers).filter((controller) => !available.has(controller));
  if (absent.length > 0) {
    return { error: `the cgroup hierarchy ${v2} has no controller ${absent.join(", ")}` };
  }
  const hierarchies = new Map([...controllers].map((controller) => [controller, v2]));
  return { value: { version: 2, root: name, hierarchies } };
}

/** Those that version 2 must be asked for; the others it always has. */
function v2Needs(controllers: ReadonlySet<Controller>): ("cpu" | "memory")[] {
  return (["cpu", "memory"] as const).filter((controller) => controllers.has(controller));
}

/** As `layoutCgroups` for this machine, and tried out: our root is made. */
export async function detectCgroupLayout(request: LayoutRequest): Promise<Result<CgroupLayout>> {
  const mounts = detectCgroupMounts();
  const available = mounts.v2 === undefined ? new Set<string>() : v2Controllers(mounts.v2);
  const layout = layoutCgroups(mounts, available, request);
  if (layout.error !== undefined) return layout;
  try {
    await prepareRoot(layout.value);
    return layout;
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Makes our root, and in version 2 lets what is below it have its controllers. Idempotent. */
export async function prepareRoot(layout: CgroupLayout): Promise<void> {
  const needs = v2Needs(new Set(layout.hierarchies.keys()));
  for (const root of rootCgroups(layout)) {
    await createCgroup(root);
    if (layout.version === 1 || needs.length === 0) continue;
    for (const name of ["", ...pathsTo(layout.root)]) {
      const parent = { ...root, name };
      const enabled = (await readCgroup(parent, "cgroup.subtree_control")) ?? "";
      const lacks = needs.filter((controller) => !enabled.split(/\s/).includes(controller));
      if (lacks.length > 0) await enableControllers(parent, lacks);
    }
  }
}

/** "a/b" to "a", "a/b". */
function pathsTo(name: string): string[] {
  const parts = name.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Our root in each hierarchy. */
export function rootCgroups(layout: CgroupLayout): Cgroup[] {
  return mountsOf(layout).map((hierarchy) => ({
    hierarchy,
    name: layout.root,
    version: layout.version,
  }));
}

/** The container's in each hierarchy; the freezer's (or the only one) first. */
export function containerCgroups(layout: CgroupLayout, id: ContainerId): Cgroup[] {
  return rootCgroups(layout).map((root) => ({ ...root, name: `${root.name}/${id}` }));
}

/** The container's in the hierarchy of this controller; undefined when it is not in use. */
export function controllerCgroup(
  layout: CgroupLayout,
  controller: Controller,
  id: ContainerId,
): Cgroup | undefined {
  const hierarchy = layout.hierarchies.get(controller);
  if (hierarchy === undefined) return undefined;
  return { hierarchy, name: `${layout.root}/${id}`, version: layout.version };
}

function mountsOf(layout: CgroupLayout): string[] {
  const freezer = layout.hierarchies.get("freezer");
  const others = [...layout.hierarchies.values()];
  return [...new Set(freezer === undefined ? others : [freezer, ...others])];
}
