/**
 * What a simulated service does, written where a real one has its command: a task's plan, and from when
 * on it answers its health check: `run Infinity finish 300 2000`.
 */

import { formatTaskPlan, type TaskPlan } from "../cluster/task-plan.ts";

export interface ServicePlan extends TaskPlan {
  /** Since it began to run; Infinity: never. */
  readonly healthyAfterMs: number;
}

export function formatServicePlan(plan: ServicePlan): string {
  return `${formatTaskPlan(plan)} ${plan.healthyAfterMs}`;
}

export function healthyAfterMs(command: string): number {
  return Number(command.split(" ")[4] ?? 0);
}
