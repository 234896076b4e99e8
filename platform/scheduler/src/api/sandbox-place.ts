/**
 * Where the sandbox of a task is: on which agent, and in which directory.
 */

import type { TaskHistory } from "../core/model/task.ts";
import type { SchedulerState } from "../core/state.ts";
import { type Outcome, refused } from "../core/turn.ts";
import type { Call, QueryTable } from "./route.ts";
import type { AgentAddress, Fetched } from "./task-files.ts";
import { taskHistoryById } from "./task-histories.ts";

export type AnyCall = Pick<Call<unknown, QueryTable>, "state" | "context" | "parameter">;

/** Where an agent of Mesos listens, when none is known. */
export const agentPortDefault = 5051;

export interface TaskPlace {
  readonly agent: AgentAddress;
  /** Of its sandbox, without a slash at its end. */
  readonly directory: string;
}

/** Refused with 404 or, while nobody knows where it is yet, with 400. */
export async function placeOf(call: AnyCall, taskId: string): Promise<Outcome<TaskPlace>> {
  const history = await taskHistoryById(call, taskId);
  if (history === undefined) return refused(404, `No history for task ${taskId}`);
  const agent = agentOf(call.state, history);
  const found = history.directory ?? (await directoryAt(call, agent, taskId));
  if (found === undefined) {
    return refused(
      400,
      `Task ${taskId} does not have a directory yet - check again soon (enqueued request to refetch)`,
    );
  }
  return { value: { agent, directory: found.replace(/\/+$/, "") } };
}

/** A job that ended at once had gone to the history before anybody asked where it was. */
async function directoryAt(
  { state, context }: AnyCall,
  agent: AgentAddress,
  taskId: string,
): Promise<string | undefined> {
  const known = await context.files.directories(agent, state.link.frameworkId ?? "");
  return known.value?.get(taskId);
}

function agentOf(state: SchedulerState, { task }: TaskHistory): AgentAddress {
  const offer = task.offer ?? task.offers[0];
  const agentId = task.mesosTask.agentId?.value ?? offer?.agentId?.value;
  const agent = agentId === undefined ? undefined : state.records.agent.get(agentId);
  return {
    hostname: offer?.hostname ?? agent?.host ?? task.taskId.host,
    port: agent?.port ?? agentPortDefault,
  };
}

/** The path below the sandbox; undefined when it leads out of it. */
export function pathWithin(directory: string, path: string): string | undefined {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      if (names.pop() === undefined) return undefined;
    } else names.push(name);
  }
  return [directory, ...names].join("/");
}

/** Clients look for Singularity's words; ours say why. */
export function problemOf(
  { problem, message }: Exclude<Fetched<unknown>, { readonly value: unknown }>,
  { hostname }: AgentAddress,
): Outcome<never> {
  return refused(
    404,
    problem === "notFound"
      ? message
      : `Slave @ ${hostname} was not found, it is probably offline (${message})`,
  );
}
