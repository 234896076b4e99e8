/**
 * How offers are held, and how much of placement is done in one turn: what Singularity has no words for.
 */

export interface OfferSettings {
  /** Offers stay so long after the last task was placed; then no more are asked for. */
  readonly idleHoldMs: number;
  /** Offers are asked for so long before a task is due. */
  readonly aheadMs: number;
  /** How long a declined agent is not offered again while tasks wait. */
  readonly refuseMs: number;
  /** How long an agent that takes no tasks is not offered again. */
  readonly frozenRefuseMs: number;
  /** While nothing is wanted: ask for offers so often, to see which agents there are. 0: never. */
  readonly rediscoverMs: number;
  /** Pass over agents whose measured load per cpu is above the thresholds. */
  readonly omitOverloadedHosts: boolean;
  readonly load1OverloadedThreshold: number;
  readonly load5OverloadedThreshold: number;
  /** In one turn at most so many tasks are placed, and so many agents looked at for them. */
  readonly placementsPerTurnMax: number;
  readonly looksPerTurnMax: number;
  /** What was placed is launched after so many turns at the latest. */
  readonly turnsPerRoundMax: number;
  /** So many reports are made in a turn; others are made when somebody asks. */
  readonly reportsPerTurnMax: number;
}

export const defaultOfferSettings: OfferSettings = {
  idleHoldMs: 10_000,
  aheadMs: 2_000,
  refuseMs: 5_000,
  frozenRefuseMs: 300_000,
  rediscoverMs: 60_000,
  omitOverloadedHosts: false,
  load1OverloadedThreshold: 1.5,
  load5OverloadedThreshold: 1,
  placementsPerTurnMax: 250,
  looksPerTurnMax: 1_000_000,
  turnsPerRoundMax: 40,
  reportsPerTurnMax: 50,
};
