/**
 * A scheduler's connection breaks: its offers are void, its tasks run on, and a timer starts after
 * which the framework is removed.
 */

import type { FrameworkId } from "@tavola/base";
import { startFailoverTimer } from "./failover-timer.ts";
import { isConnected } from "./framework-info.ts";
import { removeFramework } from "./framework-removed.ts";
import { heartbeatKey } from "./framework-subscribed.ts";
import { discardOffers } from "./offer-records.ts";
import type { Framework, StreamId } from "./state.ts";
import type { Turn } from "./turn.ts";

export function streamClosed(turn: Turn, stream: StreamId): void {
  const framework = turn.state.frameworkByStream.get(stream);
  if (framework === undefined) return;
  turn.state.frameworkByStream.delete(stream);
  turn.cancelWake(heartbeatKey(stream));
  framework.stream = undefined;
  disconnectFramework(turn, framework);
}

function disconnectFramework(turn: Turn, framework: Framework): void {
  if (!isConnected(framework)) return;
  if (framework.state === "active") turn.allocator.frameworkDeactivated(framework.id);
  framework.state = "disconnected";
  discardOffers(turn, framework);
  turn.allocateSoon();
  const failoverTimeoutMs = startFailoverTimer(turn, framework);
  turn.info("framework disconnected", { frameworkId: framework.id, failoverTimeoutMs });
}

export function failoverTimedOut(turn: Turn, frameworkId: FrameworkId): void {
  const framework = turn.state.frameworks.get(frameworkId);
  if (framework?.state !== "disconnected" && framework?.state !== "recovered") return;
  turn.info("framework did not come back in time", { frameworkId });
  removeFramework(turn, framework);
}
