/**
 * A deploy as it goes on: what changed since the last look, as lines for people, until it has ended.
 */

import type { Terminal } from "../terminal.ts";
import { lookUntil } from "./look-until.ts";
import type {
  DeployHistoryView,
  PendingIdView,
  RequestParentView,
  TaskIdView,
  WhyView,
} from "./request-view.ts";
import { formatTime, segment } from "./request-view.ts";
import type { SchedulerClient } from "./scheduler-client.ts";

export interface DeployWatch {
  readonly requestId: string;
  readonly deployId: string;
  /** Give up looking after so long; the deploy goes on. */
  readonly patienceMs: number;
}

export type DeployEnd =
  | { readonly kind: "ended"; readonly result: NonNullable<DeployHistoryView["deployResult"]> }
  | { readonly kind: "patience" };

/** A reason is told when nothing has moved for so long. */
const stuckMs = 5_000;
/** Less than this is how clocks differ. */
const aheadMs = 2_000;

/** Rejects when the scheduler says no; that another takes over is waited for. */
export async function watchDeploy(
  scheduler: Pick<SchedulerClient, "find">,
  watch: DeployWatch,
  terminal: Pick<Terminal, "tell">,
): Promise<DeployEnd> {
  const look = createLook(scheduler, watch, terminal);
  const result = await lookUntil(look, { patienceMs: watch.patienceMs, terminal });
  return result === undefined ? { kind: "patience" } : { kind: "ended", result };
}

/** One look at it: tells what changed, and resolves with the result once there is one. */
function createLook(
  scheduler: Pick<SchedulerClient, "find">,
  { requestId, deployId }: DeployWatch,
  terminal: Pick<Terminal, "tell">,
): () => Promise<DeployHistoryView["deployResult"]> {
  const request = segment(requestId);
  const seen = new Map<string, string>();
  let movedAt = performance.now();
  let told: string | undefined;
  return async () => {
    const parent = await scheduler.find<RequestParentView>(`/requests/request/${request}`);
    const lines = parent === undefined ? [] : changes(parent, deployId, seen);
    for (const line of lines) terminal.tell(`${line}\n`);
    const history = await scheduler.find<DeployHistoryView>(
      `/history/request/${request}/deploy/${segment(deployId)}`,
    );
    const result = history?.deployResult;
    if (result !== undefined && !["WAITING", "CANCELING"].includes(result.deployState)) {
      return result;
    }
    const now = performance.now();
    if (lines.length > 0) movedAt = now;
    if (now - movedAt > stuckMs) {
      movedAt = now;
      const why = await scheduler.find<WhyView>(`/requests/request/${request}/why`);
      if (why?.summary !== undefined && why.summary !== told)
        terminal.tell(`  waits: ${why.summary}\n`);
      told = why?.summary;
    }
    return undefined;
  };
}

/** A job has its time; anything else starts as soon as there is room. */
function waitingFor({ nextRunAt }: PendingIdView): string {
  return nextRunAt - Date.now() > aheadMs
    ? `runs at ${formatTime(nextRunAt)} UTC`
    : "waits for a place";
}

/** One line for each instance that is otherwise than it was. */
function changes(parent: RequestParentView, deployId: string, seen: Map<string, string>): string[] {
  const {
    healthy = [],
    notYetHealthy = [],
    pending = [],
    cleaning = [],
    killed = [],
  } = parent.taskIds ?? {};
  const states: [TaskIdView | PendingIdView, string][] = [
    ...pending.map((id): [PendingIdView, string] => [id, waitingFor(id)]),
    ...notYetHealthy.map((id): [TaskIdView, string] => [
      id,
      `started on ${id.host}, not healthy yet`,
    ]),
    ...healthy.map((id): [TaskIdView, string] => [id, `healthy on ${id.host}`]),
    ...cleaning.map((id): [TaskIdView, string] => [id, `is being replaced on ${id.host}`]),
    ...killed.map((id): [TaskIdView, string] => [id, `is ending on ${id.host}`]),
  ];
  const lines: string[] = [];
  for (const [id, state] of states) {
    const key = `${id.deployId} ${id.instanceNo}`;
    if (seen.get(key) === state) continue;
    seen.set(key, state);
    const which = id.deployId === deployId ? "" : ` of ${id.deployId}`;
    lines.push(`  instance ${id.instanceNo}${which} ${state}`);
  }
  return lines;
}
