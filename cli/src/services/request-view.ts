/**
 * What the commands read of the scheduler's answers; the rest of each is passed over.
 */

export interface RequestParentView {
  readonly request: {
    readonly id: string;
    readonly requestType: string;
    readonly instances?: number;
    readonly schedule?: string;
    readonly owners?: readonly string[];
  };
  readonly state: string;
  readonly requestDeployState?: {
    readonly activeDeploy?: MarkerView;
    readonly pendingDeploy?: MarkerView;
  };
  readonly taskIds?: {
    readonly healthy?: readonly TaskIdView[];
    readonly notYetHealthy?: readonly TaskIdView[];
    readonly pending?: readonly PendingIdView[];
    readonly cleaning?: readonly TaskIdView[];
    readonly killed?: readonly TaskIdView[];
  };
}

export interface MarkerView {
  readonly deployId: string;
  readonly timestamp: number;
  readonly user?: string;
  readonly message?: string;
}

export interface TaskIdView {
  readonly id: string;
  readonly requestId: string;
  readonly deployId: string;
  readonly instanceNo: number;
  readonly startedAt: number;
  readonly host: string;
}

export interface PendingIdView {
  readonly id: string;
  readonly deployId: string;
  readonly instanceNo: number;
  readonly nextRunAt: number;
  readonly pendingType: string;
}

export interface DeployHistoryView {
  readonly deployMarker: MarkerView;
  readonly deployResult?: {
    readonly deployState: string;
    readonly message?: string;
    readonly deployFailures?: readonly {
      readonly reason: string;
      readonly message?: string;
      readonly taskId?: TaskIdView;
    }[];
  };
}

export interface WhyView {
  readonly summary?: string;
  readonly reasons?: readonly WaitingReasonView[];
}

export interface WaitingReasonView {
  readonly kind: string;
  readonly message: string;
  /** When it will be over, where that is known. */
  readonly until?: number;
}

/** A path segment. */
export function segment(id: string): string {
  return encodeURIComponent(id);
}

/** `2026-11-21 10:06:12`, in UTC, to the second. */
export function formatTime(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace("T", " ");
}
