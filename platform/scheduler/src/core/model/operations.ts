/**
 * What operators set: disasters, freezes, webhooks, users.
 *
 * Shapes only, as Singularity's API has them, with one name each (`agent…`, never `slave…`):
 * older names are understood and given beside these at the edge (the tables of `*-shape.ts`).
 * Times are milliseconds since the epoch unless a name says otherwise.
 */

import type { AuthorizationScope, DisabledActionType, DisasterType, WebhookType } from "./enums.ts";
import type { Task, TaskHistoryUpdate } from "./task.ts";

export interface DisastersData {
  readonly stats?: readonly DisasterDataPoint[];
  readonly disasterStates?: readonly Disaster[];
  readonly automatedActionDisabled?: boolean;
}

export interface DisasterDataPoint {
  readonly timestamp: number;
  readonly numActiveTasks?: number;
  readonly numPendingTasks?: number;
  readonly numLateTasks?: number;
  readonly avgTaskLagMillis?: number;
  readonly numLostTasks?: number;
  readonly numActiveAgents?: number;
  readonly numLostAgents?: number;
}

export interface Disaster {
  readonly type: DisasterType;
  readonly active: boolean;
}

export interface DisabledAction {
  readonly type: DisabledActionType;
  readonly message: string;
  readonly user?: string;
  readonly automaticallyClearable: boolean;
  readonly expiresAt?: number;
}

export interface PriorityFreeze {
  readonly minimumPriorityLevel: number;
  readonly killTasks: boolean;
  readonly message?: string;
  readonly actionId?: string;
}

export interface PriorityFreezeParent {
  readonly priorityFreeze: PriorityFreeze;
  readonly timestamp: number;
  readonly user?: string;
}

/** A banner that every user of the console sees. */
export interface FireAlarm {
  readonly title: string;
  readonly message: string;
  readonly url?: string;
}

/** Somebody used access that was given just in time. */
export interface ElevatedAccessEvent {
  readonly user: string;
  readonly requestId: string;
  readonly scope: AuthorizationScope;
  readonly createdAt: number;
}

/** What a webhook of type TASK is sent. */
export interface TaskWebhook {
  readonly task: Task;
  readonly taskUpdate: TaskHistoryUpdate;
}

export interface Webhook {
  readonly uri: string;
  readonly timestamp: number;
  readonly user?: string;
  readonly type: WebhookType;
  readonly id: string;
}

export interface WebhookSummary {
  readonly webhook?: Webhook;
  readonly queueSize?: number;
}

export interface User {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  readonly groups: readonly string[];
  readonly scopes: readonly string[];
  readonly authenticated: boolean;
}

export interface UserHolder {
  readonly user?: User;
  readonly settings?: UserSettings;
  readonly authenticated?: boolean;
  readonly authEnabled?: boolean;
}

export interface UserSettings {
  readonly starredRequestIds?: readonly string[];
}

export interface TokenRequest {
  readonly token?: string;
  readonly user?: User;
}

export interface TokenResponse {
  readonly token: string;
  readonly user?: User;
}
