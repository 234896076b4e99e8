/**
 * How the bodies of `actions.ts` are read and written.
 */

import type {
  BounceRequest,
  DeleteRequestRequest,
  DeployRequest,
  DisabledActionRequest,
  ExitCooldownRequest,
  KillTaskRequest,
  MachineChangeRequest,
  PauseRequest,
  PriorityRequest,
  ScaleRequest,
  SkipHealthchecksRequest,
  TaskMetadataRequest,
  UnpauseRequest,
  UpdateGroupsRequest,
  UpdatePendingDeployRequest,
} from "./actions.ts";
import { deployShape } from "./deploy-shape.ts";
import { disabledActionTypes, machineStates, userActions } from "./enums.ts";
import { object, optional, required } from "./fields.ts";
import { requestShape } from "./request-shape.ts";
import { decimal, list, mapOf, oneOf, type Shape, text, truth, whole } from "./shape.ts";
import { shellCommandShape } from "./shell-command-shape.ts";

export const deployRequestShape: Shape<DeployRequest> = object("SingularityDeployRequest", {
  deploy: required(deployShape, { missing: "DeployRequest must have a deploy object" }),
  unpauseOnSuccessfulDeploy: optional(truth),
  message: optional(text),
  updatedRequest: optional(requestShape),
});

export const updatePendingDeployRequestShape: Shape<UpdatePendingDeployRequest> = object(
  "SingularityUpdatePendingDeployRequest",
  {
    requestId: required(text),
    deployId: required(text),
    targetActiveInstances: required(whole),
  },
);

export const pauseRequestShape: Shape<PauseRequest> = object("SingularityPauseRequest", {
  killTasks: optional(truth),
  durationMillis: optional(whole),
  actionId: optional(text),
  message: optional(text),
  runShellCommandBeforeKill: optional(shellCommandShape),
});

export const unpauseRequestShape: Shape<UnpauseRequest> = object("SingularityUnpauseRequest", {
  message: optional(text),
  actionId: optional(text),
  skipHealthchecks: optional(truth),
});

export const scaleRequestShape: Shape<ScaleRequest> = object("SingularityScaleRequest", {
  instances: optional(whole),
  durationMillis: optional(whole),
  skipHealthchecks: optional(truth),
  actionId: optional(text),
  message: optional(text),
  bounce: optional(truth),
  incremental: optional(truth),
  skipEmailNotification: optional(truth),
});

export const bounceRequestShape: Shape<BounceRequest> = object("SingularityBounceRequest", {
  incremental: optional(truth),
  skipHealthchecks: optional(truth),
  durationMillis: optional(whole),
  actionId: optional(text),
  message: optional(text),
  runShellCommandBeforeKill: optional(shellCommandShape),
});

export const exitCooldownRequestShape: Shape<ExitCooldownRequest> = object(
  "SingularityExitCooldownRequest",
  {
    message: optional(text),
    actionId: optional(text),
    skipHealthchecks: optional(truth),
  },
);

export const skipHealthchecksRequestShape: Shape<SkipHealthchecksRequest> = object(
  "SingularitySkipHealthchecksRequest",
  {
    skipHealthchecks: optional(truth),
    durationMillis: optional(whole),
    actionId: optional(text),
    message: optional(text),
  },
);

export const deleteRequestRequestShape: Shape<DeleteRequestRequest> = object(
  "SingularityDeleteRequestRequest",
  {
    message: optional(text),
    actionId: optional(text),
    deleteFromLoadBalancer: optional(truth),
  },
);

export const killTaskRequestShape: Shape<KillTaskRequest> = object("SingularityKillTaskRequest", {
  override: optional(truth),
  message: optional(text),
  actionId: optional(text),
  waitForReplacementTask: optional(truth),
  runShellCommandBeforeKill: optional(shellCommandShape),
});

export const taskMetadataRequestShape: Shape<TaskMetadataRequest> = object(
  "SingularityTaskMetadataRequest",
  {
    type: required(text),
    title: required(text),
    message: optional(text),
    level: optional(oneOf(["INFO", "WARN", "ERROR"])),
  },
);

export const updateGroupsRequestShape: Shape<UpdateGroupsRequest> = object(
  "SingularityUpdateGroupsRequest",
  {
    group: optional(text),
    readWriteGroups: optional(list(text)),
    readOnlyGroups: optional(list(text)),
    actionPermissions: optional(mapOf(list(oneOf(userActions)))),
    message: optional(text),
  },
);

export const machineChangeRequestShape: Shape<MachineChangeRequest> = object(
  "SingularityMachineChangeRequest",
  {
    durationMillis: optional(whole),
    actionId: optional(text),
    message: optional(text),
    revertToState: optional(oneOf(machineStates)),
    killTasksOnDecommissionTimeout: optional(truth),
  },
);

export const disabledActionRequestShape: Shape<DisabledActionRequest> = object(
  "SingularityDisabledActionRequest",
  {
    type: optional(oneOf(disabledActionTypes)),
    message: optional(text),
  },
);

export const priorityRequestShape: Shape<PriorityRequest> = object("PriorityRequest", {
  priority: optional(decimal),
  durationMillis: optional(whole),
  skipEmailNotification: optional(truth),
  actionId: optional(text),
  message: optional(text),
});
