/**
 * How an agent finds its place with a master, and notices that it lost it.
 *
 *     detected -> random delay -> link, (Re)registerSlaveMessage --> confirmed: running
 *                     ^                        |
 *                     '--- no answer: doubled, up to a minute
 *
 * Lost is a master whose connection breaks, which pings with `connected: false`, or which does not
 * ping for 75 s. Then updates wait, and all begins again.
 * Differs: Mesos only logs a broken connection and waits for the ping timeout; registering again at
 * once brings a cluster back sooner after its master was restarted in place.
 */

import { type AgentId, asId, type TaskId } from "@tavola/base";
import { formatUpid, internal, parseUpid, type Upid } from "@tavola/protocol";
import { limits } from "./agent-config.ts";
import type { AgentEvent } from "./events.ts";
import { exitsReported, tellExits } from "./executor-exits.ts";
import { expectLaunch, knownTask } from "./frameworks.ts";
import { registerMessage, reregisterMessage } from "./registration-messages.ts";
import { receiveUpdate } from "./status-updates.ts";
import { agentUpdateOf } from "./task-messages.ts";
import type { Turn } from "./turn.ts";
import { performStreamActions } from "./update-delivery.ts";

type MasterDetected = Extract<AgentEvent, { readonly kind: "masterDetected" }>;

export function masterDetected(
  turn: Turn,
  { master, hostname, isTyped = false }: Omit<MasterDetected, "kind">,
): void {
  const { state } = turn;
  state.master = master;
  state.masterHostname = hostname;
  state.isMasterTyped = isTyped;
  if (master === undefined) turn.warn({}, "lost the leading master");
  else turn.info({ master: formatUpid(master) }, "new master detected");
  startRegistering(turn);
}

/** For when the same master has to be convinced again. */
function startRegistering(turn: Turn): void {
  const { state } = turn;
  state.updates.pause();
  state.deadlines.cancel("register");
  state.deadlines.cancel("ping");
  if (state.phase === "terminating" || state.phase === "recovering") return;
  state.phase = "disconnected";
  state.isReregistrationUnanswered = false;
  if (state.master === undefined) return;
  const factor = state.config.registrationBackoffMs;
  state.registrationBackoffMs = 2 * factor;
  const at = turn.later(factor * turn.random.next());
  state.deadlines.set("register", at, { kind: "register" });
}

export function recovered(turn: Turn): void {
  turn.state.phase = "disconnected";
  startRegistering(turn);
}

export function registrationDue(turn: Turn): void {
  const { state } = turn;
  if (state.phase !== "disconnected" || state.master === undefined) return;
  turn.add({ kind: "linkMaster", to: state.master });
  if (state.id === undefined) {
    turn.sendToMaster(internal.RegisterSlaveMessage, registerMessage(state));
  } else {
    exitsReported(turn);
    turn.sendToMaster(internal.ReregisterSlaveMessage, reregisterMessage(state));
    state.isReregistrationUnanswered = true;
  }
  const backoffMs = Math.min(state.registrationBackoffMs, limits.registrationBackoffMsMax);
  const at = turn.later(backoffMs * turn.random.next());
  state.registrationBackoffMs = 2 * backoffMs;
  state.deadlines.set("register", at, { kind: "register" });
}

/**
 * Whether an answer to our registration is from the master that we asked, under another address: one
 * that listens on all addresses calls itself by one of them, which need not be the one we were given.
 * From then on it is known by its own.
 * Differs: a Mesos agent goes on ignoring such a master for ever.
 */
export function masterNamedItself(turn: Turn, from: string): boolean {
  const { state } = turn;
  const named = parseUpid(from);
  const asked = state.master;
  // A leader that was found has told its address itself: another name is another master's late answer.
  if (!state.isMasterTyped) return false;
  if (state.phase !== "disconnected" || named === undefined || asked === undefined) return false;
  if (named.id !== asked.id || named.port !== asked.port) return false;
  turn.info({ asked: formatUpid(asked), named: from }, "the master calls itself otherwise");
  state.master = named;
  turn.add({ kind: "linkMaster", to: named });
  return true;
}

export function masterExited(turn: Turn, master: Upid): void {
  const { state } = turn;
  if (state.master === undefined || formatUpid(state.master) !== formatUpid(master)) return;
  // While it is not running it is trying to register anyway, with growing pauses.
  if (state.phase !== "running") return;
  turn.warn({ master: formatUpid(master) }, "master disconnected; registering again");
  startRegistering(turn);
}

export function slaveRegistered(turn: Turn, message: internal.SlaveRegisteredMessage): void {
  const { state } = turn;
  const agentId = message.slave_id.value as AgentId;
  if (state.phase === "terminating") return;
  if (state.id !== undefined && state.id !== agentId) {
    exitForWrongId(turn, "Registered", agentId);
    return;
  }
  if (state.phase === "disconnected") {
    const isFirst = state.id === undefined;
    state.id = agentId;
    state.info = { ...state.info, id: { value: agentId } };
    turn.info({ agent: agentId }, "registered with master");
    if (isFirst || state.isInfoChanged) checkpointAgent(turn);
    confirmed(turn, message.connection);
  }
  sendAgentUpdate(turn, agentId);
}

export function slaveReregistered(turn: Turn, message: internal.SlaveReregisteredMessage): void {
  const { state } = turn;
  const agentId = message.slave_id.value as AgentId;
  if (state.id !== agentId) {
    exitForWrongId(turn, "Re-registered", agentId);
    return;
  }
  if (state.phase === "terminating") return;
  if (state.phase === "disconnected") {
    turn.info({ agent: agentId }, "reregistered with master");
    if (state.isInfoChanged) checkpointAgent(turn);
    confirmed(turn, message.connection);
  }
  sendAgentUpdate(turn, agentId);
  for (const reconciliation of message.reconciliations ?? []) {
    reconcile(turn, agentId, reconciliation);
  }
}

function checkpointAgent(turn: Turn): void {
  turn.state.isInfoChanged = false;
  turn.add({ kind: "checkpointAgent", info: turn.state.info });
}

function confirmed(turn: Turn, connection: internal.MasterSlaveConnection | undefined): void {
  const { state } = turn;
  const seconds = connection?.total_ping_timeout_seconds;
  state.masterPingTimeoutMs = seconds === undefined ? limits.masterPingTimeoutMs : seconds * 1000;
  state.phase = "running";
  state.isReregistrationUnanswered = false;
  state.deadlines.cancel("register");
  awaitPing(turn);
  tellExits(turn);
  performStreamActions(turn, state.updates.resume(turn.now));
}

function awaitPing(turn: Turn): void {
  const { state } = turn;
  const at = turn.later(state.masterPingTimeoutMs);
  state.deadlines.set("ping", at, { kind: "pingTimeout" });
}

/** Resources and operations as they are; with nothing oversubscribed and no operations, constant. */
function sendAgentUpdate(turn: Turn, agentId: AgentId): void {
  turn.sendToMaster(internal.UpdateSlaveMessage, {
    slave_id: { value: agentId },
    update_oversubscribed_resources: false,
    operations: {},
    resource_version_uuid: { value: turn.state.config.resourceVersionUuid },
    resource_providers: {},
  });
}

/** The master asks after tasks which, for all it knows, run here. */
function reconcile(turn: Turn, agentId: AgentId, message: internal.ReconcileTasksMessage): void {
  const { framework_id, framework, statuses = [] } = message;
  const frameworkId = framework_id.value as Parameters<typeof knownTask>[1];
  const isPartitionAware = (framework?.capabilities ?? []).some(
    ({ type }) => type === "PARTITION_AWARE",
  );
  for (const { task_id } of statuses) {
    if (knownTask(turn.state, frameworkId, task_id.value)) continue;
    const update = agentUpdateOf(
      {
        frameworkId,
        agentId,
        taskId: task_id.value,
        state: isPartitionAware ? "TASK_DROPPED" : "TASK_LOST",
        reason: "REASON_RECONCILIATION",
        message: "Reconciliation: task unknown to the agent",
      },
      turn.now,
      turn.random,
    );
    receiveUpdate(turn, update);
    expectLaunch(turn.state, frameworkId, asId<TaskId>(task_id.value), turn.now);
  }
}

/** Answered in any phase: a slow recovery must not look like a dead agent. */
export function ping(turn: Turn, from: string, { connected }: internal.PingSlaveMessage): void {
  const { state } = turn;
  const sender = parseUpid(from);
  if (sender === undefined) return;
  if (!connected && state.phase === "running") {
    turn.info({}, "the master thinks that we are disconnected; registering again");
    startRegistering(turn);
  } else if (state.phase === "running") {
    awaitPing(turn);
  }
  turn.send(sender, internal.PongSlaveMessage, {});
}

export function pingTimedOut(turn: Turn): void {
  if (turn.state.phase !== "running") return;
  turn.warn(
    { timeoutMs: turn.state.masterPingTimeoutMs },
    "no ping from the master; registering again",
  );
  startRegistering(turn);
}

function exitForWrongId(turn: Turn, what: string, agentId: AgentId): void {
  const { id } = turn.state;
  const reason = `${what} but got wrong id: ${agentId} (expected: ${id ?? "none"})`;
  turn.error({}, reason);
  turn.add({ kind: "exit", code: 1, reason });
}
