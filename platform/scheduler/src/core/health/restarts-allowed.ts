/**
 * How many unhealthy instances of a request may be restarted now.
 *
 * Continuous checks must not take a service down: what ails every instance at once (a database that is
 * away, a check that asks too much) is no better after all of them were killed. So only a share of the
 * instances is being replaced at any time, though always one; the next is taken when a replacement is
 * healthy.
 */

export interface RestartBudget {
  /** How many instances the request is to have. */
  readonly instances: number;
  /** Instances that are unhealthy now and not yet being replaced. */
  readonly unhealthy: number;
  /** Instances being replaced for their health whose replacement is not healthy yet. */
  readonly restarting: number;
  /** 0 to 1. */
  readonly share: number;
}

/** Between 0 and `unhealthy`. */
export function restartsAllowed({
  instances,
  unhealthy,
  restarting,
  share,
}: RestartBudget): number {
  // 0.29 * 100 is 28.999999999999996.
  const atOnce = Math.max(1, Math.floor(instances * share + 1e-9));
  return Math.max(0, Math.min(unhealthy, atOnce - restarting));
}
