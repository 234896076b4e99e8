/**
 * The operations of an ACCEPT before anything is decided about them: is the part there that the type
 * needs, are the resources in it well formed, and to which role are they allocated.
 */

import type {
  ExecutorInfo,
  Offer_Operation,
  Offer_Operation_Type,
  Resource,
  TaskInfo,
} from "@tavola/protocol";
import { Resources, validateResources } from "@tavola/resources";

const partByType = {
  LAUNCH: ["launch", "A LAUNCH offer operation", "."],
  LAUNCH_GROUP: ["launch_group", "A LAUNCH_GROUP offer operation", "."],
  RESERVE: ["reserve", "A RESERVE offer operation", "."],
  UNRESERVE: ["unreserve", "An UNRESERVE offer operation", "."],
  CREATE: ["create", "A CREATE offer operation", "."],
  DESTROY: ["destroy", "A DESTROY offer operation", "."],
  GROW_VOLUME: ["grow_volume", "A GROW_VOLUME operation", ""],
  SHRINK_VOLUME: ["shrink_volume", "A SHRINK_VOLUME offer operation", ""],
  CREATE_DISK: ["create_disk", "A CREATE_DISK operation", ""],
  DESTROY_DISK: ["destroy_disk", "A DESTROY_DISK operation", ""],
} as const satisfies Partial<
  Record<Offer_Operation_Type, readonly [keyof Offer_Operation, string, string]>
>;

/** Why the operation is not even well formed, or undefined. An unknown type is not judged here. */
export function validateOperationParts(operation: Offer_Operation): string | undefined {
  const { type } = operation;
  if (type === undefined || type === "UNKNOWN") return undefined;
  const [part, subject, stop] = partByType[type];
  if (operation[part] === undefined) {
    return `${subject} must have the Offer.Operation.${part} field set${stop}`;
  }
  return validateResources(resourcesIn(operation));
}

function resourcesIn(operation: Offer_Operation): readonly Resource[] {
  switch (operation.type) {
    case "LAUNCH":
      return (operation.launch?.task_infos ?? []).flatMap(resourcesOfTask);
    case "LAUNCH_GROUP":
      return [
        ...(operation.launch_group?.executor.resources ?? []),
        ...(operation.launch_group?.task_group.tasks ?? []).flatMap(resourcesOfTask),
      ];
    case "RESERVE":
      return [...(operation.reserve?.resources ?? []), ...(operation.reserve?.source ?? [])];
    case "UNRESERVE":
      return operation.unreserve?.resources ?? [];
    case "CREATE":
      return operation.create?.volumes ?? [];
    case "DESTROY":
      return operation.destroy?.volumes ?? [];
    case "GROW_VOLUME":
      return present(operation.grow_volume?.volume, operation.grow_volume?.addition);
    case "SHRINK_VOLUME":
      return present(operation.shrink_volume?.volume);
    case "CREATE_DISK":
      return present(operation.create_disk?.source);
    case "DESTROY_DISK":
      return present(operation.destroy_disk?.source);
    default:
      return [];
  }
}

function resourcesOfTask(task: TaskInfo): readonly Resource[] {
  return [...(task.resources ?? []), ...(task.executor?.resources ?? [])];
}

function present(...resources: readonly (Resource | undefined)[]): readonly Resource[] {
  return resources.filter((resource) => resource !== undefined);
}

/** The tasks of LAUNCH and LAUNCH_GROUP; none of other operations. */
export function tasksOf(operation: Offer_Operation): readonly TaskInfo[] {
  if (operation.type === "LAUNCH") return operation.launch?.task_infos ?? [];
  if (operation.type === "LAUNCH_GROUP") return operation.launch_group?.task_group.tasks ?? [];
  return [];
}

/** Well-formed resources in the internal form, allocated to `role` where they do not say. */
export function allocatedList(
  list: readonly Resource[] | undefined,
  role: string,
): readonly Resource[] {
  if (list === undefined || list.length === 0) return [];
  const isSilent = list.every((resource) => resource.allocation_info?.role === undefined);
  if (isSilent) return Resources.of(list).allocatedTo(role).toList();
  const complete = list.map((resource) =>
    resource.allocation_info?.role === undefined
      ? { ...resource, allocation_info: { role } }
      : resource,
  );
  return Resources.of(complete).toList();
}

export function allocatedExecutor(executor: ExecutorInfo, role: string): ExecutorInfo {
  return { ...executor, resources: allocatedList(executor.resources, role) };
}
