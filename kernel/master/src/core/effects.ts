/**
 * What the core asks the shell to do. Plain data, in the order in which it must happen.
 *
 * The core never encodes, sends or waits; the shell performs a turn's effects after the turn, in
 * order, and encodes each message once for all who get it. What must be durable before anyone is told
 * is a `persist`: the shell writes it and comes back with the event in `then`.
 */

import type { AgentId, FrameworkId, Instant } from "@tavola/base";
import type {
  FrameworkInfo,
  MessageType,
  scheduler,
  TaskState,
  TaskStatus,
  Upid,
} from "@tavola/protocol";
import type { RegistryOperation } from "@tavola/registry";
import type { MasterEvent } from "./events.ts";
import type { Agent, Framework, StreamId, Task } from "./state.ts";

export type Effect =
  | SendMessage
  /** An event on a scheduler's stream. */
  | { readonly kind: "sendEvent"; readonly stream: StreamId; readonly event: scheduler.Event }
  /** Ends a scheduler's stream after what was sent on it. Its `streamClosed` is not reported. */
  | { readonly kind: "closeStream"; readonly stream: StreamId }
  /** Tells the subscribers of the operator API's event stream. */
  | { readonly kind: "publish"; readonly event: OperatorEvent }
  /** Hands `event` back once `at` has come. A later one with the same key replaces it. */
  | {
      readonly kind: "wakeAt";
      readonly key: string;
      readonly at: Instant;
      readonly event: MasterEvent;
    }
  | { readonly kind: "cancelWake"; readonly key: string }
  /** Reports `agentExited` when the connection to `pid` breaks, once. */
  | { readonly kind: "link"; readonly pid: string }
  | { readonly kind: "unlink"; readonly pid: string }
  /** Writes to the registry, then hands `then` back. Writes are done in order. */
  | { readonly kind: "persist"; readonly operation: RegistryOperation; readonly then: MasterEvent }
  /**
   * The last effect of a master: the process ends with `status`, saying `reason` (a sentence), and
   * nothing of what it still had to do is done.
   */
  | { readonly kind: "exit"; readonly status: number; readonly reason: string }
  /** Hands an `allocate` event back soon; asking twice before it comes is asking once. */
  | { readonly kind: "allocateSoon" }
  /** Answers whoever gave the event with this ticket. */
  | { readonly kind: "reply"; readonly ticket: Ticket; readonly result: CommandResult }
  | {
      readonly kind: "log";
      readonly level: "debug" | "info" | "warn";
      readonly fields: Readonly<Record<string, unknown>>;
      readonly message: string;
    };

/** A libprocess message. */
export interface SendMessage {
  readonly kind: "send";
  /** Process id on our side: `master`, or `slave-observer(n)`. */
  readonly fromId: string;
  readonly to: Upid;
  // biome-ignore lint/suspicious/noExplicitAny: one effect carries any message; `Turn.send` checks it
  readonly type: MessageType<any>;
  readonly message: unknown;
}

/** Names the asker of a command, so that the answer finds back. Given out by the shell. */
export type Ticket = number;

/** Of a command from the APIs; `status` is the HTTP one, `message` the body of a refusal. */
export interface CommandResult {
  readonly status: number;
  readonly message?: string;
}

/**
 * What the operator API's event stream tells. The objects are live: a subscriber renders them at
 * once. `agent` and `framework` are as after the change.
 */
export type OperatorEvent =
  | { readonly type: "TASK_ADDED"; readonly task: Task }
  | {
      readonly type: "TASK_UPDATED";
      readonly frameworkId: FrameworkId;
      readonly status: TaskStatus;
      readonly state: TaskState;
    }
  | { readonly type: "AGENT_ADDED"; readonly agent: Agent }
  | { readonly type: "AGENT_REMOVED"; readonly agentId: AgentId }
  | { readonly type: "FRAMEWORK_ADDED"; readonly framework: Framework }
  | { readonly type: "FRAMEWORK_UPDATED"; readonly framework: Framework }
  | { readonly type: "FRAMEWORK_REMOVED"; readonly info: FrameworkInfo };
