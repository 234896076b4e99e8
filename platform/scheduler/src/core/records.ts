/**
 * What survives the scheduler: every kind of record, and what it is filed under.
 *
 * A record is an immutable JSON value; to change one is to put another in its place. Everything that
 * the scheduler intends is a record before it is done, and everything that must reach somebody else
 * (`outbox…`) is one until it has. Nothing here is derived: what can be counted from other records is
 * not kept.
 */

import type {
  ExpiringBounce,
  ExpiringMachineState,
  ExpiringPause,
  ExpiringPriority,
  ExpiringScale,
  ExpiringSkipHealthchecks,
} from "./model/actions.ts";
import type { Deploy, TaskResources } from "./model/deploy.ts";
import type {
  DeployFailure,
  DeployHistory,
  DeployMarker,
  DeployStatistics,
  DeployUpdate,
  PendingDeploy,
} from "./model/deploy-progress.ts";
import type { DeployState, EmailType, TaskState, WebhookType } from "./model/enums.ts";
import type { Agent, MachineStateHistoryUpdate, Rack } from "./model/machine.ts";
import type {
  DisabledAction,
  Disaster,
  DisasterDataPoint,
  PriorityFreezeParent,
  User,
  UserSettings,
  Webhook,
} from "./model/operations.ts";
import type {
  CrashLoopInfo,
  Request,
  RequestGroup,
  RequestHistory,
  RequestWithState,
} from "./model/request.ts";
import type {
  PendingTask,
  RequestCleanup,
  TaskCleanup,
  TaskHealthcheckResult,
  TaskHistory,
  TaskHistoryUpdate,
  TaskId,
  TaskMetadata,
  TaskShellCommandHistory,
} from "./model/task.ts";

/** Which deploys a request has. Filed under the request's id. */
export interface RequestDeploys {
  readonly requestId: string;
  readonly active?: DeployMarker;
  readonly pending?: PendingDeploy;
  /** Somebody asked for the pending deploy to be cancelled. */
  readonly cancel?: { readonly user?: string; readonly at: number };
  /** The deploy that was active before, and can be gone back to. */
  readonly previous?: DeployMarker;
  /** The active deploy is still on trial: it is rolled back when health falls before `until`. */
  readonly watch?: DeployWatch;
  /** What failed of the pending deploy since its step began, with the words for whoever deployed. */
  readonly failures?: readonly DeployFailure[];
  /** The pending deploy goes back to one that had succeeded. */
  readonly rollback?: DeployRollback;
  /** Ids of deploys that are over, whose records stay until their last task is gone. */
  readonly leaving?: readonly string[];
  /** No deploy has succeeded yet, and this is how the last one ended. */
  readonly fruitless?: FruitlessDeploy;
  /** By its schedule, the time of the last run that has ended; wall time. */
  readonly lastRunAt?: number;
}

export interface FruitlessDeploy {
  readonly deployId: string;
  readonly deployState: DeployState;
  readonly at: number;
  readonly message?: string;
  /** With those before it. */
  readonly count: number;
}

export interface DeployWatch {
  readonly deployId: string;
  readonly since: number;
  readonly until: number;
  readonly minimumHealthyShare: number;
  /** How many were healthy when it succeeded; instances that are added later are not on trial. */
  readonly instances: number;
}

export interface DeployRollback {
  /** The deploy that is gone away from. */
  readonly fromDeployId: string;
  /** The one that the pending deploy is a copy of. */
  readonly toDeployId: string;
  readonly at: number;
  /** Nobody asked: health fell. */
  readonly isAutomatic: boolean;
  readonly reason: string;
  /** What the deploy that is gone away from had changed in the request. */
  readonly updatedFields?: UpdatedFields;
}

/** What a deploy changed in its request, field by field: what was there before, and what it put there. */
export interface UpdatedFields {
  readonly before: Partial<Request>;
  readonly after: Partial<Request>;
}

/** A deploy that is active, pending, or `previous`; others are history. Filed under `<requestId>-<deployId>`. */
export interface DeployRecord {
  readonly deploy: Deploy;
  readonly marker: DeployMarker;
  readonly result?: DeployHistory["deployResult"];
  readonly statistics?: DeployStatistics;
  /** Of one that has succeeded. */
  readonly updatedFields?: UpdatedFields;
}

/** A task that was intended to be launched and has not been heard to have ended. Filed under its id. */
export interface TaskRecord {
  readonly taskId: TaskId;
  readonly pendingTask: PendingTask;
  readonly agentId: string;
  /** As the offer named it; `taskId.host` is a shortened form of it. */
  readonly hostname: string;
  readonly offerIds: readonly string[];
  /** What it was given. */
  readonly resources: TaskResources;
  readonly role?: string;
  readonly ports: readonly number[];
  /** The last of `updates`. */
  readonly state: TaskState;
  readonly updates: readonly TaskHistoryUpdate[];
  readonly runningAt?: number;
  /** Where it must answer, once that is known (a container's own address). */
  readonly address?: string;
  readonly health?: TaskHealth;
  readonly cleanup?: TaskCleanup;
  /** It is to be killed, and is withdrawn from discovery first. */
  readonly drain?: TaskDrain;
  /** Told to stop; how often, and when last. */
  readonly kill?: TaskKill;
  readonly directory?: string;
  readonly containerId?: string;
  readonly metadata?: readonly TaskMetadata[];
  readonly shellCommands?: readonly TaskShellCommandHistory[];
  /** The mail about its running for too long has been sent. */
  readonly overdueTold?: boolean;
}

export interface TaskHealth {
  /** First success of its check, or having run long enough without one; stays set. */
  readonly healthyAt?: number;
  /** Continuous checks say that it does not answer now, since. */
  readonly unhealthySince?: number;
  /** Its check gave up on it before it was ever healthy. */
  readonly failure?: { readonly at: number; readonly reason: string };
  /** The last few, oldest first. */
  readonly results: readonly TaskHealthcheckResult[];
}

export interface TaskDrain {
  readonly at: number;
  /** Discovery knows it no longer since. */
  readonly withdrawnAt?: number;
}

export interface TaskKill {
  readonly firstAt: number;
  readonly lastAt: number;
  readonly times: number;
  /** SIGKILL at once. */
  readonly destroy: boolean;
}

/** Filed under the request's id. */
export interface ExpiringActions {
  readonly bounce?: ExpiringBounce;
  readonly pause?: ExpiringPause;
  readonly scale?: ExpiringScale;
  readonly skipHealthchecks?: ExpiringSkipHealthchecks;
  readonly priority?: ExpiringPriority;
}

export interface AgentRecord extends Agent {
  /** Oldest first, bounded. */
  readonly history: readonly MachineStateHistoryUpdate[];
  readonly port?: number;
  readonly expiring?: ExpiringMachineState;
}

export interface RackRecord extends Rack {
  readonly history: readonly MachineStateHistoryUpdate[];
  readonly expiring?: ExpiringMachineState;
}

/** A request that is no more. What it ran on an agent that was away then may yet come back. */
export interface DeletedRequest {
  readonly requestId: string;
  readonly at: number;
}

/** What the whole scheduler has one of. Filed under its field's name. */
export interface Settings {
  readonly frameworkId: { readonly value: string };
  readonly priorityFreeze: PriorityFreezeParent;
  readonly disasters: {
    readonly active: readonly Disaster[];
    readonly automatedActionDisabled: boolean;
  };
  readonly disasterStats: { readonly points: readonly DisasterDataPoint[] };
  readonly placementStrategyOverride: { readonly strategy: string };
  readonly rackSensitiveOverride: { readonly enabled: boolean };
  readonly fireAlarm: { readonly title: string; readonly message: string; readonly url?: string };
  readonly notifications: {
    readonly blocked: readonly string[];
    readonly allowed: readonly string[];
  };
}

/** Something that happened and that somebody may be mailed about; the mailer picks recipients and words. */
export interface MailRecord {
  readonly type: EmailType;
  readonly at: number;
  readonly requestId?: string;
  readonly request?: RequestWithState["request"];
  readonly user?: string;
  readonly message?: string;
  readonly taskHistory?: TaskHistory;
  readonly deployHistory?: DeployHistory;
  /** Mails of one cause become one: `agent:<id>`. */
  readonly cause?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What was sent of one type about one request; times of the scheduler's clock. */
export interface MailCount {
  /** Within the period, oldest first. */
  readonly sentAt: readonly number[];
  readonly silentUntil?: number;
}

/** A body on its way to the hooks of its type. */
export interface WebhookUpdateRecord {
  readonly webhookId: string;
  readonly type: WebhookType;
  readonly at: number;
  readonly requestId?: string;
  readonly deployId?: string;
  readonly taskId?: string;
  readonly body:
    | RequestHistory
    | DeployUpdate
    | TaskWebhook
    | CrashLoopInfo
    | Readonly<Record<string, unknown>>;
}

export interface TaskWebhook {
  readonly task: TaskHistory["task"];
  readonly taskUpdate: TaskHistoryUpdate;
}

/** A task that was announced has ended. */
export interface WithdrawalRecord {
  readonly announcementId: string;
  readonly at: number;
}

/** Every kind of record, and its value. */
export interface RecordKinds {
  readonly request: RequestWithState;
  readonly requestDeploys: RequestDeploys;
  readonly deploy: DeployRecord;
  readonly pendingTask: PendingTask;
  readonly task: TaskRecord;
  readonly requestCleanup: RequestCleanup;
  readonly deletedRequest: DeletedRequest;
  readonly expiring: ExpiringActions;
  readonly agent: AgentRecord;
  readonly rack: RackRecord;
  readonly inactiveHost: { readonly host: string };
  readonly webhook: Webhook;
  readonly group: RequestGroup;
  readonly disabledAction: DisabledAction;
  readonly userSettings: UserSettings & { readonly user: string };
  readonly token: { readonly tokenHash: string; readonly user: User };
  readonly shuffleBlocked: { readonly requestId: string };
  readonly crashLoops: { readonly requestId: string; readonly loops: readonly CrashLoopInfo[] };
  readonly setting: Settings[keyof Settings];
  /** On its way to the history database; filed under the task's id. */
  readonly outboxTask: TaskHistory;
  /** Filed under `<requestId>-<createdAt>-<eventType>`. */
  readonly outboxRequest: RequestHistory;
  /** Filed under `<requestId>-<deployId>`. */
  readonly outboxDeploy: DeployHistory;
  readonly outboxMail: MailRecord;
  /** What was sent lately, so that another leader does not begin to count anew. Filed under `mailCountKey()`. */
  readonly mailCount: MailCount;
  readonly outboxWebhook: WebhookUpdateRecord;
  /** An announcement that is to be taken back; filed under the task's id. */
  readonly outboxWithdrawal: WithdrawalRecord;
}

export type RecordKind = keyof RecordKinds;

export const recordKinds = [
  "request",
  "requestDeploys",
  "deploy",
  "pendingTask",
  "task",
  "requestCleanup",
  "deletedRequest",
  "expiring",
  "agent",
  "rack",
  "inactiveHost",
  "webhook",
  "group",
  "disabledAction",
  "userSettings",
  "token",
  "shuffleBlocked",
  "crashLoops",
  "setting",
  "outboxTask",
  "outboxRequest",
  "outboxDeploy",
  "outboxMail",
  "mailCount",
  "outboxWebhook",
  "outboxWithdrawal",
] as const satisfies readonly RecordKind[];

/** What a deploy is filed under. Unambiguous, because a deploy's id has no hyphen. */
export function deployKey(requestId: string, deployId: string): string {
  return `${requestId}-${deployId}`;
}
