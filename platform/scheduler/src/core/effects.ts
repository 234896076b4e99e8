/**
 * What a turn asks of the world. The engine performs it once everything the turn put is durable, and
 * in order; what is lost in a crash between the two is found again by reconciliation and by the rules,
 * which ask for what is still missing. Mails, webhooks and history are no effects: they are records in
 * an outbox.
 */

export type Effect =
  /** All tasks of one agent, as their records say; built into Mesos's messages by the framework. */
  | {
      readonly kind: "launch";
      readonly agentId: string;
      readonly offerIds: readonly string[];
      readonly taskIds: readonly string[];
    }
  | { readonly kind: "decline"; readonly offerIds: readonly string[]; readonly refuseMs: number }
  /** Whether offers are wanted at all (REVIVE or SUPPRESS). */
  | { readonly kind: "wantOffers"; readonly wanted: boolean }
  /** `gracePeriodMs` absent: the task's own. 0: SIGKILL at once. */
  | {
      readonly kind: "kill";
      readonly taskId: string;
      readonly agentId: string;
      readonly gracePeriodMs?: number;
    }
  /** No ids: everything the master knows of. */
  | {
      readonly kind: "reconcile";
      readonly tasks: readonly { readonly taskId: string; readonly agentId: string }[];
    }
  | { readonly kind: "startHealthcheck"; readonly taskId: string }
  | { readonly kind: "stopHealthcheck"; readonly taskId: string }
  /** A shell command for a task's executor. */
  | {
      readonly kind: "shellCommand";
      readonly taskId: string;
      readonly name: string;
      readonly timestamp: number;
    }
  /** An operator asked this scheduler to let another lead. */
  | { readonly kind: "resign"; readonly reason: string };
