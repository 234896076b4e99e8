/**
 * Ids of tasks as texts.
 *
 *     requestId-deployId-startedAt-instanceNo-host-rackId                a task; also its id in Mesos
 *     requestId-deployId-nextRunAt-instanceNo-pendingType-createdAt      a task that waits
 *
 * Only the request's id may contain hyphens, so they are read from the right, and hyphens in host and
 * rack are written as underscores. Owns these texts; an id that was read back from its text is equal to
 * the one that it was written from.
 */

import type { Result } from "@tavola/base";
import { type PendingType, pendingTypes } from "./enums.ts";
import type { PendingTaskId, TaskId } from "./task.ts";

export interface TaskPlace {
  readonly requestId: string;
  readonly deployId: string;
  readonly startedAt: number;
  readonly instanceNo: number;
  /** As Mesos says it. */
  readonly host: string;
  readonly rackId: string;
}

/** `hostSuffixToOmit`: what all hosts' names end with, such as `.example.com`; left out of the id. */
export function createTaskId(place: TaskPlace, hostSuffixToOmit?: string): TaskId {
  const host =
    hostSuffixToOmit !== undefined &&
    hostSuffixToOmit !== "" &&
    place.host.endsWith(hostSuffixToOmit)
      ? place.host.slice(0, -hostSuffixToOmit.length)
      : place.host;
  const parts = {
    requestId: place.requestId,
    deployId: place.deployId,
    startedAt: place.startedAt,
    instanceNo: place.instanceNo,
    host: sanitizeForTaskId(host),
    rackId: sanitizeForTaskId(place.rackId),
  };
  return { ...parts, id: formatTaskId(parts) };
}

/** Names of hosts have 253 at most; what claims to be longer must not make an id that nothing takes. */
const placeCharactersMax = 255;

/** A host or rack as ids of tasks spell it. */
export function sanitizeForTaskId(name: string): string {
  return name.slice(0, placeCharactersMax).toWellFormed().replaceAll("-", "_");
}

function formatTaskId(id: Omit<TaskId, "id">): string {
  return `${id.requestId}-${id.deployId}-${id.startedAt}-${id.instanceNo}-${id.host}-${id.rackId}`;
}

/** The error is Singularity's sentence. */
export function parseTaskId(text: string): Result<TaskId> {
  const parts = splitFromRight(text);
  if (parts === undefined) return { error: `TaskId ${text} was invalid (${wantedSplits(text)})` };
  const [requestId, deployId, startedAt, instanceNo, host, rackId] = parts;
  const numbers = parseNumbers(startedAt, instanceNo);
  if (numbers.error !== undefined) {
    return { error: `TaskId ${text} had an invalid parameter (${numbers.error})` };
  }
  const [started, instance] = numbers.value;
  return {
    value: {
      requestId,
      deployId,
      startedAt: started,
      instanceNo: instance,
      host,
      rackId,
      id: text,
    },
  };
}

export function createPendingTaskId(parts: Omit<PendingTaskId, "id">): PendingTaskId {
  return { ...parts, id: formatPendingTaskId(parts) };
}

export function formatPendingTaskId(id: Omit<PendingTaskId, "id">): string {
  return `${id.requestId}-${id.deployId}-${id.nextRunAt}-${id.instanceNo}-${id.pendingType}-${id.createdAt}`;
}

/** The error is Singularity's sentence. */
export function parsePendingTaskId(text: string): Result<PendingTaskId> {
  const parts = splitFromRight(text);
  if (parts === undefined) {
    return { error: `PendingTaskId ${text} was invalid (${wantedSplits(text)})` };
  }
  const [requestId, deployId, nextRunAt, instanceNo, type, createdAt] = parts;
  const numbers = parseNumbers(nextRunAt, instanceNo, createdAt);
  const pendingType = pendingTypes.find((each) => each === type);
  if (numbers.error !== undefined || pendingType === undefined) {
    const reason = numbers.error ?? `No enum constant PendingType.${type}`;
    return { error: `PendingTaskId ${text} had an invalid parameter (${reason})` };
  }
  const [next, instance, created] = numbers.value;
  const id = { requestId, deployId, nextRunAt: next, instanceNo: instance, createdAt: created };
  return { value: { ...id, pendingType: pendingType satisfies PendingType, id: text } };
}

type Six = [string, string, string, string, string, string];

function splitFromRight(text: string): Six | undefined {
  const words = text.split("-");
  if (words.length < 6) return undefined;
  return [words.slice(0, -5).join("-"), ...words.slice(-5)] as Six;
}

function wantedSplits(text: string): string {
  return `expected 6 parts separated by -, found ${text.split("-").length}`;
}

function parseNumbers<const T extends readonly string[]>(
  ...texts: T
): Result<{ readonly [K in keyof T]: number }> {
  const bad = texts.find((text) => !/^\d{1,15}$/.test(text));
  if (bad !== undefined) return { error: `For input string: "${bad}"` };
  return { value: texts.map(Number) as { readonly [K in keyof T]: number } };
}
