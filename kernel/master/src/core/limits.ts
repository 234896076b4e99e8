/**
 * The master's fixed maxima and intervals, each with its reason. What an operator may change is a
 * flag (`flags.ts`), not here.
 */

import { dayMs, secondMs } from "@tavola/base";

export const limits = {
  /** Between heartbeats on a scheduler's stream; told in SUBSCRIBED. Mesos's, which clients count on. */
  heartbeatIntervalMs: 15 * secondMs,
  /** Filter of a DECLINE or ACCEPT that names none, or a negative one. Mesos's. */
  refuseSecondsDefault: 5,
  /** A filter is forgotten after a year at the latest. Mesos's. */
  refuseMsMax: 365 * dayMs,
  /** Ids become directory names; this is Linux's NAME_MAX. */
  idLengthMax: 255,
  /** Least that the executor of a task group must have. Mesos's. */
  executorCpusMin: 0.01,
  executorMemMbMin: 32,
  /** Ids of removed agents that are remembered to answer for them. Mesos's; about 10 MB. */
  removedAgentsMax: 100_000,
  /** Kills of tasks that are not known yet after a failover; a few hundred bytes each. */
  earlyKillsPerFrameworkMax: 10_000,
  /** Answers to RECONCILE in one turn: some ten milliseconds; and how long others have their turn then. */
  reconciledTasksPerTurn: 1000,
  reconciliationPauseMs: 1,
  /** Of one framework, waiting for their answers. Schedulers ask again, with growing pauses. */
  reconciliationsMax: 100,
  /** Tasks that an agent shows and does not report, which are not asked for again. */
  unreportedTasksPerAgentMax: 1000,
  /** Updates of a task that are recognised when they come again; there are seldom more than two. */
  earlierUpdatesPerTaskMax: 4,
  /** Agents below this version spoke another protocol. Mesos's. */
  agentVersionMajorMin: 1,
  /**
   * Between two allocations outside the regular interval: freed resources are offered at once when
   * little happens, and in batches when much does.
   */
  allocationSpacingMs: 5,
} as const;
