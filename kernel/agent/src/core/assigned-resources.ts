/**
 * Brings what a master assigns into the one form used inside: post-refinement, each resource
 * allocated to a role. Masters and frameworks without MULTI_ROLE leave the role out.
 */

import type { ExecutorInfo, FrameworkInfo, Resource, TaskInfo } from "@tavola/protocol";
import { toPostRefinement } from "@tavola/resources";
import { rolesOf } from "./frameworks.ts";

export function normalizeTask(task: TaskInfo, framework: FrameworkInfo): TaskInfo {
  const role = rolesOf(framework)[0] ?? "*";
  const normal: TaskInfo = { ...task };
  if (task.resources !== undefined) normal.resources = normalizeResources(task.resources, role);
  if (task.executor !== undefined) {
    normal.executor = normalizeExecutor(task.executor, framework, role);
  }
  return normal;
}

function normalizeExecutor(
  executor: ExecutorInfo,
  { id }: FrameworkInfo,
  role: string,
): ExecutorInfo {
  const normal: ExecutorInfo = { ...executor };
  if (executor.resources !== undefined) {
    normal.resources = normalizeResources(executor.resources, role);
  }
  if (id !== undefined) normal.framework_id = id;
  return normal;
}

/** What an earlier agent wrote down as allocated to this framework. */
export function normalizeAllocated(
  resources: readonly Resource[],
  framework: FrameworkInfo,
): Resource[] {
  return normalizeResources(resources, rolesOf(framework)[0] ?? "*");
}

function normalizeResources(resources: readonly Resource[], role: string): Resource[] {
  return resources.map((each) => {
    const inForm = toPostRefinement(each);
    if (inForm.allocation_info !== undefined) return inForm;
    return { ...inForm, allocation_info: { role } };
  });
}
