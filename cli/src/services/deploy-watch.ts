/**
 * A deploy as it goes on: what changed since the last look, as lines for people, until it has ended.
 */

import type { Terminal } from "../terminal.ts";
import type {
  DeployHistoryView,
  PendingIdView,
  RequestParentView,
  TaskIdView,
  WhyView,
} from "./request-view.ts";
import { segment } from "./request-view.ts";
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

const lookEveryMs = 300;
/** A reason is told when nothing has moved for so long. */
const stuckMs = 5_000;

export async function watchDeploy(
  scheduler: SchedulerClient,
  watch: DeployWatch,
  terminal: Terminal,
): Promise<DeployEnd> {
  const { requestId, deployId, patienceMs } = watch;
  const seen = new Map<string, string>();
  const startedAt = performance.now();
  let movedAt = startedAt;
  let told: string | undefined;
  for (;;) {
    const parent = await scheduler.find<RequestParentView>(
      `/requests/request/${segment(requestId)}`,
    );
    const lines = parent === undefined ? [] : changes(parent, deployId, seen);
    for (const line of lines) terminal.tell(`${line}\n`);
    const history = await scheduler.find<DeployHistoryView>(
      `/history/request/${segment(requestId)}/deploy/${segment(deployId)}`,
    );
    const result = history?.deployResult;
    if (result !== undefined && !["WAITING", "CANCELING"].includes(result.deployState)) {
      return { kind: "ended", result };
    }
    const now = performance.now();
    if (lines.length > 0) movedAt = now;
    if (now - movedAt > stuckMs) {
      movedAt = now;
      const why = await scheduler.find<WhyView>(`/requests/request/${segment(requestId)}/why`);
      if (why?.summary !== undefined && why.summary !== told)
        terminal.tell(`  waits: ${why.summary}\n`);
      told = why?.summary;
    }
    if (now - startedAt > patienceMs) return { kind: "patience" };
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
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
    ...pending.map((id): [PendingIdView, string] => [id, "waits for a place"]),
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
