/**
 * What an operator sets about health checks, with every default in one table.
 *
 * A deploy's own options come before these (`health-plan.ts`). The values are Singularity's as its code
 * has them; those about continuous checks are ours, because it stops checking at the first success.
 */

export interface HealthSettings {
  /** After TASK_RUNNING, before the first check. Absent: at once, with grace (see `check-progress.ts`). */
  readonly startupDelaySeconds?: number;
  /** So long a refused connection means that the task is still starting. */
  readonly startupTimeoutSeconds: number;
  readonly startupIntervalSeconds: number;
  /** From one answer to the next check. */
  readonly intervalSeconds: number;
  readonly responseTimeoutSeconds: number;
  /** Failed checks allowed beyond the first. Absent: as many as the time allows. */
  readonly maxRetries?: number;
  /** One such answer is enough to fail. */
  readonly failureStatusCodes: readonly number[];
  /** A task without a check is healthy after running for so long. */
  readonly considerHealthyAfterRunningSeconds: number;
  /** What a step of a deploy is given besides the time its checks may take. */
  readonly deployHealthySeconds: number;
  /** A task of an active deploy is replaced when it runs for so long without a success. */
  readonly killIfNotHealthyAfterSeconds: number;
  /** Whether checks go on after the first success where a deploy does not say. */
  readonly continuous: boolean;
  /** A deploy cannot ask for continuous checks more often. */
  readonly continuousIntervalSecondsMin: number;
  readonly continuousFailures: number;
  readonly maxUnhealthyRestartShare: number;
  /** Checks being asked at once, of all tasks; what falls due beyond waits its turn. */
  readonly inFlightMax: number;
  /**
   * Whether a task's certificate must be valid for its agent's name.
   * Differs: Singularity insists. A check asks whether the task answers, and tells it nothing; the
   * certificate of a service seldom names the agents that it may run on.
   */
  readonly verifiesCertificates: boolean;
}

export const defaultHealthSettings: HealthSettings = {
  startupTimeoutSeconds: 45,
  startupIntervalSeconds: 2,
  intervalSeconds: 5,
  responseTimeoutSeconds: 5,
  failureStatusCodes: [],
  considerHealthyAfterRunningSeconds: 5,
  deployHealthySeconds: 120,
  killIfNotHealthyAfterSeconds: 600,
  continuous: true,
  continuousIntervalSecondsMin: 5,
  continuousFailures: 3,
  maxUnhealthyRestartShare: 0.34,
  inFlightMax: 1000,
  verifiesCertificates: false,
};
