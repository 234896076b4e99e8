/**
 * Every event to its rule. Who may say what is decided here, once.
 *
 * Obeyed is only the detected leader; pings are answered whoever sends them, and a native scheduler
 * may acknowledge updates and send messages to its executors directly. Source: the handlers' first
 * lines in slave.cpp.
 */

import type { Instant, Random } from "@tavola/base";
import { formatUpid } from "@tavola/protocol";
import { updateAcknowledged } from "./acknowledgements.ts";
import { taskCheckpointFailed, updateRecordFailed } from "./checkpoint-failures.ts";
import type { Effect } from "./effects.ts";
import type { AgentEvent, PeerEvent } from "./events.ts";
import { executorLaunched, executorLaunchFailed, executorTerminated } from "./executor-end.ts";
import {
  executorRegistrationTimedOut,
  executorShutdownTimedOut,
  shutDownAgent,
  shutdownExecutorAsked,
  shutdownFrameworkAsked,
} from "./executor-shutdown.ts";
import {
  executorDisconnected,
  executorHeartbeatDue,
  executorMessaged,
  executorReported,
  executorSubscribed,
} from "./executor-subscription.ts";
import { containerResized } from "./executor-tasks.ts";
import { killTask } from "./kill-task.ts";
import {
  checkpointsRecovered,
  containersRecovered,
  reconnectionProgressed,
  reconnectionTimedOut,
} from "./recovery.ts";
import {
  masterDetected,
  masterExited,
  masterNamedItself,
  ping,
  pingTimedOut,
  recovered,
  registrationDue,
  slaveRegistered,
  slaveReregistered,
} from "./registration.ts";
import { runTask, runTaskGroup } from "./run-task.ts";
import { frameworkUpdated, schedulerMessaged } from "./scheduler-messages.ts";
import type { AgentState, Wake } from "./state.ts";
import { Turn } from "./turn.ts";
import { performStreamActions } from "./update-delivery.ts";

/** Changes `state`, and returns what is to be done, in order. */
export function handleEvent(
  state: AgentState,
  event: AgentEvent,
  now: Instant,
  random: Random,
): readonly Effect[] {
  const turn = new Turn(state, now, random);
  if ("from" in event && !mayCome(turn, event)) {
    turn.warn({ from: event.from }, `ignoring ${event.kind}: it is not from the leading master`);
  } else {
    (rules[event.kind] as (turn: Turn, event: AgentEvent) => void)(turn, event);
  }
  return turn.effects;
}

type Rules = {
  readonly [Kind in AgentEvent["kind"]]: (
    turn: Turn,
    event: Extract<AgentEvent, { readonly kind: Kind }>,
  ) => void;
};

const rules: Rules = {
  checkpointsRecovered,
  containersRecovered,
  recovered,
  masterDetected: (turn, event) => masterDetected(turn, event),
  masterExited: (turn, { master }) => masterExited(turn, master),
  woken,
  shutdownAsked: (turn, { reason }) => shutDownAgent(turn, reason, true),

  slaveRegistered: (turn, { message }) => slaveRegistered(turn, message),
  slaveReregistered: (turn, { message }) => slaveReregistered(turn, message),
  ping: (turn, { from, message }) => ping(turn, from, message),
  shutdown: (turn, { message }) => shutDownAgent(turn, message.message ?? "", false),
  runTask: (turn, { message }) => runTask(turn, message),
  runTaskGroup: (turn, { message }) => runTaskGroup(turn, message),
  killTask: (turn, { message }) => killTask(turn, message),
  shutdownExecutor: (turn, { message }) => shutdownExecutorAsked(turn, message),
  shutdownFramework: (turn, { message }) => shutdownFrameworkAsked(turn, message),
  updateFramework: (turn, { message }) => frameworkUpdated(turn, message),
  frameworkToExecutor: (turn, { message }) => schedulerMessaged(turn, message),
  statusUpdateAcknowledgement: (turn, { message }) => updateAcknowledged(turn, message),

  executorSubscribed(turn, { containerId, subscribe }) {
    executorSubscribed(turn, containerId, subscribe);
    reconnectionProgressed(turn, true);
  },
  executorUpdated: (turn, { containerId, status, container }) =>
    executorReported(turn, containerId, status, container),
  executorMessaged: (turn, { containerId, data }) => executorMessaged(turn, containerId, data),
  executorDisconnected: (turn, { containerId }) => executorDisconnected(turn, containerId),

  executorLaunched: (turn, { containerId, status }) => executorLaunched(turn, containerId, status),
  executorLaunchFailed: (turn, { containerId, message }) =>
    executorLaunchFailed(turn, containerId, message),
  executorTerminated(turn, { containerId, end }) {
    executorTerminated(turn, containerId, end);
    reconnectionProgressed(turn, false);
  },
  containerResized,

  taskCheckpointFailed: (turn, { containerId, taskId, message }) =>
    taskCheckpointFailed(turn, containerId, taskId, message),
  updateRecordPersisted: (turn, { frameworkId, taskId, sequence }) =>
    performStreamActions(
      turn,
      turn.state.updates.persisted(frameworkId, taskId, sequence, turn.now),
    ),
  updateRecordFailed: (turn, { frameworkId, taskId, message }) =>
    updateRecordFailed(turn, frameworkId, taskId, message),
};

/** Pings may be answered to anybody; native schedulers talk to their agents directly. */
function mayCome(turn: Turn, { kind, from }: PeerEvent): boolean {
  const { state } = turn;
  if (kind === "ping" || kind === "frameworkToExecutor") return true;
  if (kind === "statusUpdateAcknowledgement" && !from.startsWith("master")) return true;
  if (state.master === undefined) return false;
  if (formatUpid(state.master) === from) return true;
  const isAnswer = kind === "slaveRegistered" || kind === "slaveReregistered";
  return isAnswer && masterNamedItself(turn, from);
}

function woken(turn: Turn): void {
  const { deadlines } = turn.state;
  for (let due = deadlines.takeDue(turn.now); due !== undefined; ) {
    (wakes[due.kind] as (turn: Turn, due: Wake) => void)(turn, due);
    due = deadlines.takeDue(turn.now);
  }
}

type Wakes = {
  readonly [Kind in Wake["kind"]]: (
    turn: Turn,
    due: Extract<Wake, { readonly kind: Kind }>,
  ) => void;
};

const wakes: Wakes = {
  register: registrationDue,
  pingTimeout: pingTimedOut,
  reconnectionTimeout: reconnectionTimedOut,
  reconnectionEnd: reconnectionTimedOut,
  executorRegistrationTimeout: (turn, { containerId }) =>
    executorRegistrationTimedOut(turn, containerId),
  executorShutdownTimeout: (turn, { containerId }) => executorShutdownTimedOut(turn, containerId),
  executorHeartbeat: (turn, { containerId }) => executorHeartbeatDue(turn, containerId),
  retryUpdate: (turn, { frameworkId, taskId }) =>
    performStreamActions(turn, turn.state.updates.retryDue(frameworkId, taskId, turn.now)),
  rewriteUpdates: (turn, { frameworkId, taskId }) =>
    performStreamActions(turn, turn.state.updates.rewriteDue(frameworkId, taskId)),
};
