/**
 * The master's counters that are there from the start, at 0 until something happens.
 *
 * Dashboards alert on names, so every name of Mesos's `/metrics/snapshot` is there, whether or not
 * what it counts has happened yet.
 */

import { Offer_Operation_Type } from "@tavola/protocol";

const messageCounters = [
  "authenticate",
  "deactivate_framework",
  "decline_offers",
  "executor_to_framework",
  "exited_executor",
  "framework_to_executor",
  "kill_task",
  "launch_tasks",
  "operation_status_update",
  "operation_status_update_acknowledgement",
  "reconcile_operations",
  "reconcile_tasks",
  "register_framework",
  "register_slave",
  "reregister_framework",
  "reregister_slave",
  "resource_request",
  "revive_offers",
  "status_update",
  "status_update_acknowledgement",
  "suppress_offers",
  "unregister_framework",
  "unregister_slave",
  "update_slave",
].map((name) => `messages_${name}`);

/** Each counted as valid and as invalid. */
const judgedCounters = [
  "executor_to_framework_messages",
  "framework_to_executor_messages",
  "operation_status_update_acknowledgements",
  "operation_status_updates",
  "status_update_acknowledgements",
  "status_updates",
].flatMap((name) => [`valid_${name}`, `invalid_${name}`]);

const agentCounters = [
  "recovery_slave_removals",
  "slave_registrations",
  "slave_removals",
  "slave_removals/reason_registered",
  "slave_removals/reason_unhealthy",
  "slave_removals/reason_unregistered",
  "slave_reregistrations",
  "slave_shutdowns_canceled",
  "slave_shutdowns_completed",
  "slave_shutdowns_scheduled",
  "slave_unreachable_canceled",
  "slave_unreachable_completed",
  "slave_unreachable_scheduled",
];

const taskCounters = [
  "dropped",
  "error",
  "failed",
  "finished",
  "gone",
  "gone_by_operator",
  "killed",
  "lost",
].map((name) => `tasks_${name}`);

/** All below `master/`, besides counters per state, source and reason of a task's end. */
export const counterNames: readonly string[] = [
  "dropped_messages",
  // Differs: always 0; what is kept are pieces of answers, not answers.
  "http_cache_hits",
  ...messageCounters,
  ...judgedCounters,
  ...agentCounters,
  ...taskCounters,
].map((name) => `master/${name}`);

const operationStates = [
  "dropped",
  "error",
  "failed",
  "finished",
  "gone_by_operator",
  "pending",
  "recovering",
  "total",
  "unreachable",
];

/** Launches are no operations here: they get task statuses instead. */
const operationTypes = (Object.keys(Offer_Operation_Type.numbers) as Offer_Operation_Type[])
  .filter((type) => type !== "UNKNOWN" && type !== "LAUNCH" && type !== "LAUNCH_GROUP")
  .map((type) => type.toLowerCase());

/** How many operations are in each state now. None until there are operations besides launches. */
export const operationGaugeNames: readonly string[] = [
  "",
  ...operationTypes.map((type) => `${type}/`),
].flatMap((prefix) => operationStates.map((state) => `master/operations/${prefix}${state}`));

/**
 * Lengths of libprocess's queues. Differs: there is no queue before the master, an event is handled
 * as it comes off its socket; always 0.
 */
export const queueGaugeNames: readonly string[] = [
  "master/event_queue_dispatches",
  "master/event_queue_http_requests",
  "master/event_queue_messages",
  "allocator/event_queue_dispatches",
  "allocator/mesos/event_queue_dispatches",
];
