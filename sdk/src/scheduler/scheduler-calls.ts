/**
 * A method for every call of the v1 scheduler API.
 *
 * Ids are the messages of the events (`offer.id`, `status.task_id`), so that what came in goes out
 * again. Every method resolves when the master has taken the call, which does not mean done: what
 * became of it comes as an event. It rejects with a CodedError: NOT_SUBSCRIBED, LEADERSHIP_LOST and
 * the connection's errors are transient; CALL_REFUSED is the master's no, with its reason. While the
 * connection is lost, declining, suppressing and reviving resolve: offers are void then anyway, and
 * which roles are suppressed is said again on the way back.
 */

import { CodedError } from "@tavola/base";
import type {
  AgentID,
  ExecutorID,
  Filters,
  FrameworkInfo,
  KillPolicy,
  Offer,
  Offer_Operation,
  OfferID,
  OperationStatus,
  Request,
  scheduler,
  TaskID,
  TaskInfo,
  TaskStatus,
} from "@tavola/protocol";

export interface KillOptions {
  /** Where it runs, if known: the master answers better for tasks that it does not know. */
  readonly agentId?: AgentID;
  readonly killPolicy?: KillPolicy;
}

export interface UpdateFrameworkOptions {
  readonly suppressedRoles?: readonly string[];
  readonly offerConstraints?: scheduler.OfferConstraints;
}

export abstract class SchedulerCalls {
  protected abstract send(call: scheduler.Call): Promise<void>;

  /** Uses the offers (all of one agent and role) for `operations`; what is left goes back under `filters`. */
  accept(
    offerIds: readonly OfferID[],
    operations: readonly Offer_Operation[],
    filters?: Filters,
  ): Promise<void> {
    return this.send({
      type: "ACCEPT",
      accept: { offer_ids: offerIds, operations, ...(filters === undefined ? {} : { filters }) },
    });
  }

  /** `accept` of one offer for tasks and nothing else. */
  launch(offer: Offer, tasks: readonly TaskInfo[], filters?: Filters): Promise<void> {
    return this.accept([offer.id], [{ type: "LAUNCH", launch: { task_infos: tasks } }], filters);
  }

  /** Without `filters` the same resources come again after 5 s. */
  decline(offerIds: readonly OfferID[], filters?: Filters): Promise<void> {
    return this.send({
      type: "DECLINE",
      decline: { offer_ids: offerIds, ...(filters === undefined ? {} : { filters }) },
    });
  }

  acceptInverseOffers(inverseOfferIds: readonly OfferID[], filters?: Filters): Promise<void> {
    return this.send({
      type: "ACCEPT_INVERSE_OFFERS",
      accept_inverse_offers: {
        inverse_offer_ids: inverseOfferIds,
        ...(filters === undefined ? {} : { filters }),
      },
    });
  }

  declineInverseOffers(inverseOfferIds: readonly OfferID[], filters?: Filters): Promise<void> {
    return this.send({
      type: "DECLINE_INVERSE_OFFERS",
      decline_inverse_offers: {
        inverse_offer_ids: inverseOfferIds,
        ...(filters === undefined ? {} : { filters }),
      },
    });
  }

  /** Offers for these roles again, all filters dropped. No roles: all of the framework's. */
  revive(roles: readonly string[] = []): Promise<void> {
    return this.send({ type: "REVIVE", revive: { roles } });
  }

  /** No offers for these roles until `revive`. No roles: all of the framework's. */
  suppress(roles: readonly string[] = []): Promise<void> {
    return this.send({ type: "SUPPRESS", suppress: { roles } });
  }

  /** Ask again (or reconcile) when nothing comes of it: a kill may be lost on the way. */
  kill(taskId: TaskID, options: KillOptions = {}): Promise<void> {
    const { agentId, killPolicy } = options;
    return this.send({
      type: "KILL",
      kill: {
        task_id: taskId,
        ...(agentId === undefined ? {} : { agent_id: agentId }),
        ...(killPolicy === undefined ? {} : { kill_policy: killPolicy }),
      },
    });
  }

  /** Ends an executor and all of its tasks. */
  shutdown(executorId: ExecutorID, agentId: AgentID): Promise<void> {
    return this.send({
      type: "SHUTDOWN",
      shutdown: { executor_id: executorId, agent_id: agentId },
    });
  }

  /** Only with `acknowledgements: "manual"`. Rejects with STATUS_NOT_ACKNOWLEDGEABLE when it has no uuid. */
  async acknowledge(status: TaskStatus): Promise<void> {
    const { agent_id, task_id, uuid } = status;
    if (uuid === undefined || agent_id === undefined) {
      throw new CodedError(
        "STATUS_NOT_ACKNOWLEDGEABLE",
        `the update of task ${task_id.value} needs no acknowledgement: it has no uuid`,
      );
    }
    await this.send({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id, uuid } });
  }

  /** Asks for the latest state of these tasks, or of all that the master knows when there are none. */
  reconcile(tasks: readonly scheduler.Call_Reconcile_Task[] = []): Promise<void> {
    return this.send({ type: "RECONCILE", reconcile: { tasks } });
  }

  /** Best effort: nobody says whether it arrived. */
  message(executorId: ExecutorID, agentId: AgentID, data: Uint8Array): Promise<void> {
    return this.send({
      type: "MESSAGE",
      message: { executor_id: executorId, agent_id: agentId, data },
    });
  }

  /** A wish for resources; the built-in allocator does not read it. */
  request(requests: readonly Request[]): Promise<void> {
    return this.send({ type: "REQUEST", request: { requests } });
  }

  async acknowledgeOperation(status: OperationStatus): Promise<void> {
    const { uuid, operation_id, agent_id, resource_provider_id } = status;
    if (uuid === undefined || operation_id === undefined) {
      throw new CodedError(
        "STATUS_NOT_ACKNOWLEDGEABLE",
        "the operation's update needs no acknowledgement: it has no uuid or no operation id",
      );
    }
    await this.send({
      type: "ACKNOWLEDGE_OPERATION_STATUS",
      acknowledge_operation_status: {
        uuid: uuid.value,
        operation_id,
        ...(agent_id === undefined ? {} : { agent_id }),
        ...(resource_provider_id === undefined ? {} : { resource_provider_id }),
      },
    });
  }

  reconcileOperations(
    operations: readonly scheduler.Call_ReconcileOperations_Operation[] = [],
  ): Promise<void> {
    return this.send({ type: "RECONCILE_OPERATIONS", reconcile_operations: { operations } });
  }

  /** Changes what the framework is, in place; suppressed roles and constraints are replaced as well. */
  updateFramework(framework: FrameworkInfo, options: UpdateFrameworkOptions = {}): Promise<void> {
    const { suppressedRoles = [], offerConstraints } = options;
    return this.send({
      type: "UPDATE_FRAMEWORK",
      update_framework: {
        framework_info: framework,
        suppressed_roles: suppressedRoles,
        ...(offerConstraints === undefined ? {} : { offer_constraints: offerConstraints }),
      },
    });
  }

  /** Ends the framework for good: the master kills its tasks. */
  teardown(): Promise<void> {
    return this.send({ type: "TEARDOWN" });
  }
}
