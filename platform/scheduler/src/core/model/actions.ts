/**
 * The bodies of calls that change something, and actions that revert by themselves after a while.
 *
 * Shapes only, as Singularity's API has them, with one name each (`agent…`, never `slave…`):
 * older names are understood and given beside these at the edge (the tables of `*-shape.ts`).
 * Times are milliseconds since the epoch unless a name says otherwise.
 */

import type { Deploy } from "./deploy.ts";
import type { DisabledActionType, MachineState, UserAction } from "./enums.ts";
import type { Request } from "./request.ts";
import type { RunOverrides } from "./run-overrides.ts";
import type { ShellCommand } from "./task.ts";

export interface DeployRequest {
  readonly deploy: Deploy;
  readonly unpauseOnSuccessfulDeploy?: boolean;
  readonly message?: string;
  readonly updatedRequest?: Request;
}

export interface UpdatePendingDeployRequest {
  readonly requestId: string;
  readonly deployId: string;
  readonly targetActiveInstances: number;
}

export interface RunNowRequest extends RunOverrides {
  readonly commandLineArgs?: readonly string[];
  readonly runAt?: number;
}

export interface PauseRequest {
  readonly killTasks?: boolean;
  readonly durationMillis?: number;
  readonly actionId?: string;
  readonly message?: string;
  readonly runShellCommandBeforeKill?: ShellCommand;
}

export interface UnpauseRequest {
  readonly message?: string;
  readonly actionId?: string;
  readonly skipHealthchecks?: boolean;
}

export interface ScaleRequest {
  readonly instances?: number;
  readonly durationMillis?: number;
  readonly skipHealthchecks?: boolean;
  readonly actionId?: string;
  readonly message?: string;
  readonly bounce?: boolean;
  readonly incremental?: boolean;
  readonly skipEmailNotification?: boolean;
}

export interface BounceRequest {
  readonly incremental?: boolean;
  readonly skipHealthchecks?: boolean;
  readonly durationMillis?: number;
  readonly actionId?: string;
  readonly message?: string;
  readonly runShellCommandBeforeKill?: ShellCommand;
}

export interface ExitCooldownRequest {
  readonly message?: string;
  readonly actionId?: string;
  readonly skipHealthchecks?: boolean;
}

export interface SkipHealthchecksRequest {
  readonly skipHealthchecks?: boolean;
  readonly durationMillis?: number;
  readonly actionId?: string;
  readonly message?: string;
}

export interface DeleteRequestRequest {
  readonly message?: string;
  readonly actionId?: string;
  readonly deleteFromLoadBalancer?: boolean;
}

export interface KillTaskRequest {
  readonly override?: boolean;
  readonly message?: string;
  readonly actionId?: string;
  readonly waitForReplacementTask?: boolean;
  readonly runShellCommandBeforeKill?: ShellCommand;
}

export interface TaskMetadataRequest {
  readonly type: string;
  readonly title: string;
  readonly message?: string;
  readonly level?: "INFO" | "WARN" | "ERROR";
}

export interface UpdateGroupsRequest {
  readonly group?: string;
  readonly readWriteGroups?: readonly string[];
  readonly readOnlyGroups?: readonly string[];
  readonly actionPermissions?: Readonly<Record<string, readonly UserAction[]>>;
  readonly message?: string;
}

export interface MachineChangeRequest {
  readonly durationMillis?: number;
  readonly actionId?: string;
  readonly message?: string;
  readonly revertToState?: MachineState;
  readonly killTasksOnDecommissionTimeout?: boolean;
}

export interface DisabledActionRequest {
  readonly type?: DisabledActionType;
  readonly message?: string;
}

export interface ExpiringPause {
  readonly requestId: string;
  readonly user?: string;
  readonly startMillis: number;
  readonly expiringAPIRequestObject: PauseRequest;
  readonly actionId: string;
}

export interface ExpiringScale {
  readonly requestId: string;
  readonly user?: string;
  readonly startMillis: number;
  readonly expiringAPIRequestObject: ScaleRequest;
  readonly revertToInstances?: number;
  readonly actionId: string;
  readonly bounce?: boolean;
}

export interface ExpiringBounce {
  readonly requestId: string;
  readonly deployId: string;
  readonly user?: string;
  readonly startMillis: number;
  readonly expiringAPIRequestObject: BounceRequest;
  readonly actionId: string;
}

export interface ExpiringSkipHealthchecks {
  readonly requestId: string;
  readonly user?: string;
  readonly startMillis: number;
  readonly expiringAPIRequestObject: SkipHealthchecksRequest;
  readonly revertToSkipHealthchecks?: boolean;
  readonly actionId: string;
}

export interface ExpiringMachineState {
  readonly user?: string;
  readonly startMillis: number;
  readonly actionId: string;
  readonly expiringAPIRequestObject: MachineChangeRequest;
  readonly machineId: string;
  readonly revertToState: MachineState;
  readonly killTasksOnDecommissionTimeout: boolean;
}

export interface PriorityRequest {
  /** 0 to 1. */
  readonly priority?: number;
  readonly durationMillis?: number;
  readonly skipEmailNotification?: boolean;
  readonly actionId?: string;
  readonly message?: string;
}

export interface ExpiringPriority {
  readonly requestId: string;
  readonly user?: string;
  readonly startMillis: number;
  readonly expiringAPIRequestObject: PriorityRequest;
  readonly revertToPriority?: number;
  readonly actionId: string;
}
