/**
 * How actions that revert by themselves are read and written.
 */

import type {
  ExpiringBounce,
  ExpiringMachineState,
  ExpiringPause,
  ExpiringPriority,
  ExpiringScale,
  ExpiringSkipHealthchecks,
} from "./actions.ts";
import {
  bounceRequestShape,
  machineChangeRequestShape,
  pauseRequestShape,
  priorityRequestShape,
  scaleRequestShape,
  skipHealthchecksRequestShape,
} from "./actions-shape.ts";
import { machineStates } from "./enums.ts";
import { object, optional, required } from "./fields.ts";
import { decimal, oneOf, type Shape, text, truth, whole } from "./shape.ts";

export const expiringPauseShape: Shape<ExpiringPause> = object("SingularityExpiringPause", {
  requestId: required(text),
  user: optional(text),
  startMillis: required(whole),
  expiringAPIRequestObject: required(pauseRequestShape),
  actionId: required(text),
});

export const expiringScaleShape: Shape<ExpiringScale> = object("SingularityExpiringScale", {
  requestId: required(text),
  user: optional(text),
  startMillis: required(whole),
  expiringAPIRequestObject: required(scaleRequestShape),
  revertToInstances: optional(whole),
  actionId: required(text),
  bounce: optional(truth),
});

export const expiringBounceShape: Shape<ExpiringBounce> = object("SingularityExpiringBounce", {
  requestId: required(text),
  deployId: required(text),
  user: optional(text),
  startMillis: required(whole),
  expiringAPIRequestObject: required(bounceRequestShape),
  actionId: required(text),
});

export const expiringSkipHealthchecksShape: Shape<ExpiringSkipHealthchecks> = object(
  "SingularityExpiringSkipHealthchecks",
  {
    requestId: required(text),
    user: optional(text),
    startMillis: required(whole),
    expiringAPIRequestObject: required(skipHealthchecksRequestShape),
    revertToSkipHealthchecks: optional(truth),
    actionId: required(text),
  },
);

export const expiringMachineStateShape: Shape<ExpiringMachineState> = object(
  "SingularityExpiringMachineState",
  {
    user: optional(text),
    startMillis: required(whole),
    actionId: required(text),
    expiringAPIRequestObject: required(machineChangeRequestShape),
    machineId: required(text),
    revertToState: required(oneOf(machineStates)),
    killTasksOnDecommissionTimeout: required(truth),
  },
);

export const expiringPriorityShape: Shape<ExpiringPriority> = object("ExpiringPriority", {
  requestId: required(text),
  user: optional(text),
  startMillis: required(whole),
  expiringAPIRequestObject: required(priorityRequestShape),
  revertToPriority: optional(decimal),
  actionId: required(text),
});
