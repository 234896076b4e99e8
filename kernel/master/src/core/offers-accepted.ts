/**
 * ACCEPT: the operations are done one after the other on what the offers hold; what is left over goes
 * back, and is not offered again for a while.
 *
 *     offers invalid  -> every task DROPPED (LOST without PARTITION_AWARE), every operation ERROR
 *     operation bad   -> its tasks TASK_ERROR, or OPERATION_ERROR; the next operation goes on
 *     LAUNCH          -> task by task
 *     anything else   -> validated, then refused: not done by this master yet
 */

import { asId, type OfferId } from "@tavola/base";
import type { Offer_Operation, scheduler, TaskStatus_Reason } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import { isPartitionAware } from "./framework-info.ts";
import { refuseMsOf } from "./offer-filters.ts";
import { discardOffer, removeOffer } from "./offer-records.ts";
import {
  allocatedExecutor,
  allocatedList,
  tasksOf,
  validateOperationParts,
} from "./operation-parts.ts";
import { refuseOperation, validateFeedback } from "./operation-refused.ts";
import type { Framework } from "./state.ts";
import { type LaunchPlace, launchTasks } from "./task-launched.ts";
import { refuseTasks } from "./task-refused.ts";
import type { Turn } from "./turn.ts";
import { validateOffers } from "./validation/offers.ts";
import { validateTaskGroup } from "./validation/task-group.ts";

export function offersAccepted(
  turn: Turn,
  framework: Framework,
  accept: scheduler.Call_Accept,
): void {
  const operations = accept.operations ?? [];
  countLaunches(turn, operations);
  const validated = validateOffers(turn.state, framework, accept.offer_ids ?? []);
  if ("error" in validated) {
    refuseAll(turn, framework, accept, validated.error);
    return;
  }
  const { offers } = validated;
  const [first] = offers;
  const agent = first && turn.state.agents.get(first.agentId);
  if (first === undefined || agent === undefined) return;
  for (const offer of offers) removeOffer(turn, offer);
  framework.counters.increment("offers/accepted", offers.length);
  const offered = Resources.sum(offers.map((offer) => offer.resources));
  const place = { framework, agent, role: first.role };
  let left = offered;
  for (const operation of operations) left = perform(turn, place, operation, left);
  const refuseMs = refuseMsOf(accept.filters);
  turn.recover(framework.id, agent.id, left, refuseMs);
  // Whoever launched something and refuses nothing wants the rest at once. A bare "no filter" waits
  // for the next interval, or declining in a loop would keep the master busy.
  if (refuseMs === 0 && left !== offered) turn.allocateSoon();
}

function countLaunches(turn: Turn, operations: readonly Offer_Operation[]): void {
  for (const { type, launch } of operations) {
    if (type !== "LAUNCH") continue;
    const isEmpty = (launch?.task_infos ?? []).length === 0;
    turn.count(isEmpty ? "master/messages_decline_offers" : "master/messages_launch_tasks");
  }
}

function refuseAll(
  turn: Turn,
  framework: Framework,
  accept: scheduler.Call_Accept,
  error: string,
): void {
  for (const { value } of accept.offer_ids ?? []) {
    const offer = turn.state.offers.get(asId<OfferId>(value));
    if (offer?.frameworkId === framework.id) discardOffer(turn, offer);
  }
  for (const operation of accept.operations ?? []) {
    if (operation.type === "LAUNCH" || operation.type === "LAUNCH_GROUP") {
      refuseTasks(turn, framework, tasksOf(operation), {
        state: isPartitionAware(framework) ? "TASK_DROPPED" : "TASK_LOST",
        reason: "REASON_INVALID_OFFERS",
        message: `Task launched with invalid offers: ${error}`,
      });
    } else {
      const message = `Operation attempted with invalid offers: ${error}`;
      refuseOperation(turn, framework, operation, message);
    }
  }
}

/** Returns what is left of `available`. */
function perform(
  turn: Turn,
  place: LaunchPlace,
  operation: Offer_Operation,
  available: Resources,
): Resources {
  const { framework } = place;
  const error = validateOperationParts(operation);
  switch (operation.type) {
    case "LAUNCH": {
      const invalid = error ?? validateNoId(operation);
      if (invalid === undefined) {
        return launchTasks(turn, place, tasksOf(operation), available);
      }
      refuseLaunch(turn, framework, operation, "REASON_TASK_INVALID", invalid);
      return available;
    }
    case "LAUNCH_GROUP": {
      const invalid =
        error ?? validateNoId(operation) ?? validateGroup(place, operation, available);
      const message = invalid ?? "Task groups are not supported by this master yet";
      refuseLaunch(turn, framework, operation, "REASON_TASK_GROUP_INVALID", message);
      return available;
    }
    case undefined:
    case "UNKNOWN":
      turn.warn("ignored an operation of unknown type", { frameworkId: framework.id });
      return available;
    default:
      refuseOperation(turn, framework, operation, whyNotDone(place, operation, error));
      return available;
  }
}

function validateNoId({ id, type }: Offer_Operation): string | undefined {
  return id === undefined ? undefined : `The \`id\` field cannot be set on ${type} operations`;
}

function refuseLaunch(
  turn: Turn,
  framework: Framework,
  operation: Offer_Operation,
  reason: TaskStatus_Reason,
  message: string,
): void {
  refuseTasks(turn, framework, tasksOf(operation), { state: "TASK_ERROR", reason, message });
}

function validateGroup(
  { framework, agent, role }: LaunchPlace,
  operation: Offer_Operation,
  available: Resources,
): string | undefined {
  const asked = operation.launch_group;
  if (asked === undefined) return undefined;
  const executor = allocatedExecutor(asked.executor, role);
  const tasks = (asked.task_group.tasks ?? []).map((task) => ({
    ...task,
    resources: allocatedList(task.resources, role),
    executor: task.executor ? allocatedExecutor(task.executor, role) : executor,
  }));
  return validateTaskGroup({ tasks }, executor, { framework, agent, available });
}

function whyNotDone(
  { agent }: LaunchPlace,
  operation: Offer_Operation,
  malformed: string | undefined,
): string {
  const isUpdate = (operation.reserve?.source ?? []).length > 0;
  const invalid =
    malformed ??
    (isUpdate ? "Reservation updates are not yet implemented for the scheduler API." : undefined);
  if (invalid !== undefined) return `Operation attempted with invalid resources: ${invalid}`;
  const noFeedback = validateFeedback(operation, agent);
  return noFeedback ?? `${operation.type} operations are not supported by this master yet`;
}
