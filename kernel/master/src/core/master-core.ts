/**
 * The master as a state machine: an event goes in, the state changes, effects come out.
 *
 * No socket, clock or disk is behind it; the shell performs the effects of a turn before it hands in
 * the next event. So a master runs under virtual time as it runs on a machine.
 */

import type { Instant } from "@tavola/base";
import { agentExited, agentReregisterTimedOut } from "./agent-disconnected.ts";
import { agentMarkedGone, markAgentGoneAsked } from "./agent-gone.ts";
import { agentPingDue, agentPonged } from "./agent-pinged.ts";
import { reregistrationRepeated } from "./agent-readmitted.ts";
import { agentAdmitted, agentAskedToRegister } from "./agent-registered.ts";
import { removalDue } from "./agent-removals.ts";
import { agentRemoved, agentUnregistered } from "./agent-removed.ts";
import { agentAskedToReregister, agentReadmitted } from "./agent-reregistered.ts";
import { agentMarkedUnreachable } from "./agent-unreachable.ts";
import { agentUpdated } from "./agent-updated.ts";
import { callHandled } from "./call-handled.ts";
import type { Effect } from "./effects.ts";
import { droppedBefore, elected, leaderDetected, leadershipLost } from "./election.ts";
import type { MasterEvent } from "./events.ts";
import { executorExited } from "./executor-shutdown.ts";
import { failoverTimedOut, streamClosed } from "./framework-disconnected.ts";
import { teardownAsked } from "./framework-removed.ts";
import { frameworkSubscribed, heartbeatDue } from "./framework-subscribed.ts";
import { messageToFramework } from "./messages-passed.ts";
import { offerTimedOut } from "./offers-declined.ts";
import { allocate } from "./offers-made.ts";
import { agentsPruned, registryGcDue } from "./registry-pruned.ts";
import { recoveryTimedOut, registryRecovered } from "./registry-recovered.ts";
import type { MasterState } from "./state.ts";
import { statusUpdated } from "./status-updated.ts";
import { reconciliationDue } from "./tasks-reconciled.ts";
import { Turn, type TurnContext } from "./turn.ts";

export class MasterCore {
  readonly #context: TurnContext;

  constructor(context: TurnContext) {
    this.#context = context;
  }

  /** To be read between turns only. */
  get state(): MasterState {
    return this.#context.state;
  }

  /** One turn. PERF: one lookup and the rule's own cost. */
  handle(event: MasterEvent, now: Instant): readonly Effect[] {
    const turn = new Turn(this.#context, now);
    if (this.state.leadership.kind === "leading" || electionEvents.has(event.kind)) {
      (rules[event.kind] as Rule<MasterEvent>)(turn, event);
    } else {
      droppedBefore(turn, event);
    }
    return turn.effects;
  }
}

/** What a master that does not lead listens to. One that has ended listens to nothing. */
const electionEvents: ReadonlySet<MasterEvent["kind"]> = new Set([
  "elected",
  "registryRecovered",
  "leaderDetected",
  "leadershipLost",
] as const);

type Rule<Event> = (turn: Turn, event: Event) => void;

/** One rule for every kind of event. */
const rules: {
  readonly [Kind in MasterEvent["kind"]]: Rule<Extract<MasterEvent, { readonly kind: Kind }>>;
} = {
  leaderDetected: (turn, { leader }) => leaderDetected(turn, leader),
  elected: (turn) => elected(turn),
  registryRecovered: (turn, { registry }) => registryRecovered(turn, registry),
  leadershipLost: (turn, { reason }) => leadershipLost(turn, reason),
  recoveryTimedOut: (turn, { agents }) => recoveryTimedOut(turn, agents),
  registryGcDue: (turn) => registryGcDue(turn),
  agentsPruned: (turn, event) => agentsPruned(turn, event),

  registerSlave: (turn, { from, message }) => agentAskedToRegister(turn, from, message),
  agentAdmitted: (turn, { from, message }) => agentAdmitted(turn, from, message),
  reregisterSlave: (turn, { from, message }) => agentAskedToReregister(turn, from, message),
  reregistrationRepeated: (turn, { from }) => reregistrationRepeated(turn, from),
  agentReadmitted: (turn, event) => agentReadmitted(turn, event),
  updateSlave: (turn, { from, message }) => agentUpdated(turn, from, message),
  unregisterSlave: (turn, { from, message }) => agentUnregistered(turn, from, message),
  agentRemoved: (turn, event) => agentRemoved(turn, event),
  agentExited: (turn, { pid }) => agentExited(turn, pid),
  agentReregisterTimedOut: (turn, { agentId }) => agentReregisterTimedOut(turn, agentId),
  agentPingDue: (turn, { agentId }) => agentPingDue(turn, agentId),
  pong: (turn, { from }) => agentPonged(turn, from),
  agentRemovalDue: (turn) => removalDue(turn),
  agentMarkedUnreachable: (turn, event) => agentMarkedUnreachable(turn, event),
  markAgentGoneAsked: (turn, { agentId, ticket }) => markAgentGoneAsked(turn, agentId, ticket),
  agentMarkedGone: (turn, event) => agentMarkedGone(turn, event),

  messageDropped: (turn, { from, name, reason }) => {
    turn.count("master/dropped_messages");
    turn.debug("dropped a message", { from, name, reason });
  },

  statusUpdate: (turn, { from, message }) => statusUpdated(turn, from, message),
  exitedExecutor: (turn, { from, message }) => executorExited(turn, from, message),
  executorToFramework: (turn, { from, message }) => messageToFramework(turn, from, message),

  subscribed: (turn, event) => frameworkSubscribed(turn, event),
  streamClosed: (turn, { stream }) => streamClosed(turn, stream),
  reconciliationDue: (turn, { frameworkId }) => reconciliationDue(turn, frameworkId),
  heartbeatDue: (turn, { stream }) => heartbeatDue(turn, stream),
  failoverTimedOut: (turn, { frameworkId }) => failoverTimedOut(turn, frameworkId),
  called: (turn, { frameworkId, call, ticket }) => callHandled(turn, frameworkId, call, ticket),
  teardownAsked: (turn, { frameworkId, ticket }) => teardownAsked(turn, frameworkId, ticket),

  allocate: (turn) => allocate(turn),
  offerTimedOut: (turn, { offerId }) => offerTimedOut(turn, offerId),
};
