/**
 * What happens to the master: everything that may start a turn.
 */

import type { AgentId, FrameworkId, Instant, OfferId } from "@tavola/base";
import type { internal, MasterInfo, scheduler } from "@tavola/protocol";
import type { RegistryState } from "@tavola/registry";
import type { Ticket } from "./effects.ts";
import type { StreamId } from "./state.ts";

export type MasterEvent =
  /** Another master leads, or none (undefined). */
  | { readonly kind: "leaderDetected"; readonly leader: MasterInfo | undefined }
  /** This master was elected; its registry is being read. */
  | { readonly kind: "elected" }
  /**
   * What this master's predecessors have made durable, once no other master can change it; lent for
   * the turn. From here on this master leads.
   */
  | { readonly kind: "registryRecovered"; readonly registry: RegistryState }
  /** This master may not act any more. `reason` is a sentence for an operator. */
  | { readonly kind: "leadershipLost"; readonly reason: string }
  /** Agents had their time to come back after a failover; `agents` of them were expected. */
  | { readonly kind: "recoveryTimedOut"; readonly agents: number }
  | { readonly kind: "agentRemovalDue" }
  | { readonly kind: "registryGcDue" }
  | AgentMessageEvent
  /** The very message by which this agent was taken in, again: it has not heard of it yet. */
  | { readonly kind: "reregistrationRepeated"; readonly from: string }
  /** A libprocess message that is not understood. */
  | {
      readonly kind: "messageDropped";
      readonly from: string;
      readonly name: string;
      readonly reason: string;
    }
  /** The connection to this address broke. */
  | { readonly kind: "agentExited"; readonly pid: string }
  | { readonly kind: "agentPingDue"; readonly agentId: AgentId }
  | { readonly kind: "agentReregisterTimedOut"; readonly agentId: AgentId }
  /** A scheduler opened `stream` with a SUBSCRIBE. */
  | {
      readonly kind: "subscribed";
      readonly stream: StreamId;
      readonly subscribe: scheduler.Call_Subscribe;
      readonly principal?: string;
    }
  /** The scheduler's end of `stream` went away. */
  | { readonly kind: "streamClosed"; readonly stream: StreamId }
  /** A call that passed the checks of the request path; with a ticket where an answer is waited for. */
  | {
      readonly kind: "called";
      readonly frameworkId: FrameworkId;
      readonly call: scheduler.Call;
      readonly ticket?: Ticket;
    }
  | { readonly kind: "failoverTimedOut"; readonly frameworkId: FrameworkId }
  | { readonly kind: "reconciliationDue"; readonly frameworkId: FrameworkId }
  | { readonly kind: "heartbeatDue"; readonly stream: StreamId }
  | { readonly kind: "offerTimedOut"; readonly offerId: OfferId }
  | { readonly kind: "allocate" }
  /** From an operator. */
  | { readonly kind: "teardownAsked"; readonly frameworkId: FrameworkId; readonly ticket: Ticket }
  | { readonly kind: "markAgentGoneAsked"; readonly agentId: AgentId; readonly ticket: Ticket }
  | PersistedEvent;

/** A libprocess message to `master` (or a pong to its observer), decoded. */
export type AgentMessageEvent =
  | FromAgent<"registerSlave", internal.RegisterSlaveMessage>
  | FromAgent<"reregisterSlave", internal.ReregisterSlaveMessage>
  | FromAgent<"unregisterSlave", internal.UnregisterSlaveMessage>
  | FromAgent<"updateSlave", internal.UpdateSlaveMessage>
  | FromAgent<"statusUpdate", internal.StatusUpdateMessage>
  | FromAgent<"exitedExecutor", internal.ExitedExecutorMessage>
  | FromAgent<"executorToFramework", internal.ExecutorToFrameworkMessage>
  | FromAgent<"pong", internal.PongSlaveMessage>;

interface FromAgent<Kind extends string, Message> {
  readonly kind: Kind;
  /** The sender's address, text form. */
  readonly from: string;
  readonly message: Message;
}

/** A `persist` effect is durable. */
export type PersistedEvent =
  | {
      readonly kind: "agentAdmitted";
      readonly agentId: AgentId;
      readonly from: string;
      /** `slave.id` is set. */
      readonly message: internal.RegisterSlaveMessage;
    }
  | {
      readonly kind: "agentReadmitted";
      readonly agentId: AgentId;
      readonly from: string;
      readonly message: internal.ReregisterSlaveMessage;
    }
  | {
      readonly kind: "agentMarkedUnreachable";
      readonly agentId: AgentId;
      readonly at: Instant;
      readonly reason: string;
    }
  | {
      readonly kind: "agentMarkedGone";
      readonly agentId: AgentId;
      readonly at: Instant;
      readonly ticket: Ticket;
    }
  | {
      readonly kind: "agentRemoved";
      readonly agentId: AgentId;
      readonly reason: string;
      readonly cause: "registered" | "unregistered";
    }
  | {
      readonly kind: "agentsPruned";
      readonly unreachable: readonly AgentId[];
      readonly gone: readonly AgentId[];
    };
