/**
 * A scheduler subscribes: a new framework, one that comes back on a new stream, or one that this
 * master knows only from agents (or not at all) after a failover.
 *
 * Refusals are not HTTP ones: the stream was opened, so an ERROR event says why and the stream ends.
 */

import { asId, type FrameworkId, frameworkIdOf, later } from "@tavola/base";
import type { FrameworkInfo, scheduler } from "@tavola/protocol";
import { createFramework } from "./create-state.ts";
import { cancelFailoverTimer } from "./failover-timer.ts";
import { isConnected } from "./framework-info.ts";
import { addFramework, recoverFramework } from "./framework-records.ts";
import { frameworkUpdated, tellFrameworkChanged } from "./framework-updated.ts";
import { limits } from "./limits.ts";
import { discardOffers } from "./offer-records.ts";
import type { Framework, StreamId } from "./state.ts";
import type { Turn } from "./turn.ts";
import {
  validateFramework,
  validateFrameworkUpdate,
  validateRoleOptions,
} from "./validation/framework.ts";

export interface Subscription {
  readonly stream: StreamId;
  readonly subscribe: scheduler.Call_Subscribe;
  /** Authenticated. */
  readonly principal?: string;
}

export function frameworkSubscribed(
  turn: Turn,
  { stream, subscribe, principal }: Subscription,
): void {
  const info = withPrincipal(subscribe.framework_info, principal);
  const isFirst = !info.id?.value;
  turn.count(`master/messages_${isFirst ? "register" : "reregister"}_framework`);
  const error = validateFramework(turn.state, info) ?? validateRoleOptions(info, subscribe);
  if (error !== undefined) refuse(turn, stream, info, error);
  else if (isFirst) subscribeNew(turn, stream, info, subscribe);
  else subscribeAgain(turn, stream, info, subscribe);
}

function withPrincipal(info: FrameworkInfo, principal: string | undefined): FrameworkInfo {
  return principal === undefined || info.principal !== undefined ? info : { ...info, principal };
}

function refuse(turn: Turn, stream: StreamId, info: FrameworkInfo, message: string): void {
  turn.info("refused a framework's subscription", { framework: info.name, reason: message });
  turn.effects.push({ kind: "sendEvent", stream, event: { type: "ERROR", error: { message } } });
  turn.effects.push({ kind: "closeStream", stream });
}

function subscribeNew(
  turn: Turn,
  stream: StreamId,
  info: FrameworkInfo,
  subscribe: scheduler.Call_Subscribe,
): void {
  const { state } = turn;
  const id = frameworkIdOf(state.id, state.next.framework);
  state.next.framework += 1;
  const framework = createFramework(
    state.config,
    { ...info, id: { value: id } },
    { state: "active", now: turn.now },
    {
      suppressedRoles: subscribe.suppressed_roles ?? [],
      offerConstraints: subscribe.offer_constraints,
    },
  );
  addFramework(turn, framework);
  connect(turn, framework, stream);
  turn.info("framework subscribed", { frameworkId: id, framework: info.name });
  turn.publish({ type: "FRAMEWORK_ADDED", framework });
}

function subscribeAgain(
  turn: Turn,
  stream: StreamId,
  asked: FrameworkInfo,
  subscribe: scheduler.Call_Subscribe,
): void {
  const id = asId<FrameworkId>(asked.id?.value ?? "");
  const framework = turn.state.frameworks.get(id) ?? recoverFramework(turn, asked);
  const info = withImmutableFields(asked, framework.info);
  const error = validateFrameworkUpdate(framework.info, info);
  if (error !== undefined) {
    refuse(turn, stream, info, error);
    return;
  }
  frameworkUpdated(turn, framework, info, subscribe);
  const wasRecovered = framework.state === "recovered";
  framework.reregisteredAt = turn.now;
  if (wasRecovered) framework.registeredAt = turn.now;
  else failOver(turn, framework);
  const wasActive = framework.state === "active";
  framework.state = "active";
  if (!wasActive) turn.allocator.frameworkActivated(framework.id);
  connect(turn, framework, stream);
  turn.info(wasRecovered ? "framework resubscribed" : "framework failed over", {
    frameworkId: framework.id,
    framework: info.name,
  });
  tellFrameworkChanged(turn, framework);
}

/** What a resubscription may not change is kept silently. */
function withImmutableFields(info: FrameworkInfo, old: FrameworkInfo): FrameworkInfo {
  const { checkpoint: _, ...rest } = info;
  return {
    ...rest,
    user: old.user,
    ...(old.checkpoint !== undefined && { checkpoint: old.checkpoint }),
  };
}

/** The old stream, if it is still there, is told and ended; its offers are void. */
function failOver(turn: Turn, framework: Framework): void {
  if (framework.stream !== undefined) {
    if (isConnected(framework)) {
      turn.sendEvent(framework, { type: "ERROR", error: { message: "Framework failed over" } });
    }
    dropStream(turn, framework);
  }
  discardOffers(turn, framework);
}

/** Ends the framework's stream after what was sent on it. */
export function dropStream(turn: Turn, framework: Framework): void {
  const { stream } = framework;
  if (stream === undefined) return;
  framework.stream = undefined;
  turn.state.frameworkByStream.delete(stream);
  turn.cancelWake(heartbeatKey(stream));
  turn.effects.push({ kind: "closeStream", stream });
}

function connect(turn: Turn, framework: Framework, stream: StreamId): void {
  cancelFailoverTimer(turn, framework.id);
  framework.stream = stream;
  turn.state.frameworkByStream.set(stream, framework);
  framework.counters.increment("calls");
  framework.counters.increment("calls/subscribe");
  turn.sendEvent(framework, {
    type: "SUBSCRIBED",
    subscribed: {
      framework_id: { value: framework.id },
      heartbeat_interval_seconds: limits.heartbeatIntervalMs / 1000,
      master_info: turn.state.info,
    },
  });
  heartbeatDue(turn, stream);
  turn.allocateSoon();
}

/** So that a scheduler can tell a quiet master from a broken connection. */
export function heartbeatDue(turn: Turn, stream: StreamId): void {
  const framework = turn.state.frameworkByStream.get(stream);
  if (framework === undefined) return;
  turn.sendEvent(framework, { type: "HEARTBEAT" });
  turn.wakeAt(heartbeatKey(stream), later(turn.now, limits.heartbeatIntervalMs), {
    kind: "heartbeatDue",
    stream,
  });
}

export function heartbeatKey(stream: StreamId): string {
  return `heartbeat:${stream}`;
}
