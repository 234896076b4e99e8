/**
 * Which tasks a simulated framework launches with an offer: small ones, of several kinds.
 */

import { type Random, randomInt } from "@tavola/base";
import type { ExecutorInfo, FrameworkInfo, Offer, Resource, TaskInfo } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import type { SimulatedProcess } from "../world/process.ts";
import type { FrameworkRecords } from "./framework-records.ts";
import type { FrameworkWill } from "./framework-will.ts";
import { formatTaskPlan } from "./task-plan.ts";

export interface ChosenTask {
  readonly info: TaskInfo;
  /** What the task itself uses. */
  readonly own: Resources;
  /** With its executor's. */
  readonly needed: Resources;
}

interface Chooser {
  readonly process: SimulatedProcess;
  readonly records: FrameworkRecords;
  readonly will: FrameworkWill;
  readonly info: FrameworkInfo;
}

const tasksPerOfferMax = 3;
const ownExecutorId = "own";

export function tasksForOffer(offer: Offer, chooser: Chooser): ChosenTask[] {
  const { process, records, will } = chooser;
  const { random } = process;
  const open = [...records.open()].length;
  const wanted = Math.min(will.tasksMax - open, 1 + randomInt(random, tasksPerOfferMax));
  if (random.next() < 0.2) return [];
  let left = Resources.of(offer.resources ?? []);
  const chosen: ChosenTask[] = [];
  for (let count = 0; count < wanted; count += 1) {
    const task = chooseTask(offer, left, chooser);
    if (task === undefined) break;
    left = left.minus(task.needed);
    chosen.push(task);
  }
  return chosen;
}

function chooseTask(offer: Offer, left: Resources, chooser: Chooser): ChosenTask | undefined {
  const { process, records, will, info: framework } = chooser;
  const { random } = process;
  const role = offer.allocation_info?.role ?? "*";
  const list: Resource[] = [
    scalar("cpus", (1 + randomInt(random, 8)) / 10, role),
    scalar("mem", 16 + randomInt(random, 100), role),
    ...portOf(left, random, role),
  ];
  const own = Resources.of(list);
  const isOwn = will.usesOwnExecutor && random.next() < 0.5;
  const executor = isOwn ? ownExecutor(role) : undefined;
  const needed = executor === undefined ? own : own.plus(ownResources(role));
  if (!left.contains(needed)) return undefined;
  const taskId = `${framework.name}-t${records.nextTask}`;
  records.nextTask += 1;
  const plan = formatTaskPlan({
    durationMs: random.next() < 0.5 ? Number.POSITIVE_INFINITY : 100 + random.next() * 40_000,
    end: random.next() < 0.8 ? "finish" : "fail",
    stopMs: random.next() * 2000,
  });
  const info: TaskInfo = {
    name: taskId,
    task_id: { value: taskId },
    agent_id: offer.agent_id,
    resources: list,
    ...(executor === undefined
      ? { command: { value: plan } }
      : { executor, labels: { labels: [{ key: "plan", value: plan }] } }),
  };
  return { info, own, needed };
}

function portOf(left: Resources, random: Random, role: string): Resource[] {
  const range = left.ranges("ports")[0];
  if (range === undefined || random.next() < 0.5) return [];
  const begin = range.begin;
  return [
    {
      name: "ports",
      type: "RANGES",
      ranges: { range: [{ begin, end: begin }] },
      allocation_info: { role },
    },
  ];
}

function ownResources(role: string): Resources {
  return Resources.of([scalar("cpus", 0.1, role), scalar("mem", 32, role)]);
}

function ownExecutor(role: string): ExecutorInfo {
  return {
    type: "CUSTOM",
    executor_id: { value: ownExecutorId },
    command: { value: "own" },
    resources: ownResources(role).toList(),
  };
}

function scalar(name: string, value: number, role: string): Resource {
  return { name, type: "SCALAR", scalar: { value }, allocation_info: { role } };
}
