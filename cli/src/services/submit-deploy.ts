/**
 * Bringing a file to the scheduler, such that nothing of it holds unless its deploy succeeds.
 *
 * A request that is not there yet is made. One that is there and is otherwise than in the file changes
 * together with the deploy (`updatedRequest`): when that fails, what ran before goes on as it was, in its
 * number too.
 */

import { isDeepStrictEqual } from "node:util";
import type { DeployFile } from "./deploy-file.ts";
import { segment } from "./request-view.ts";
import type { SchedulerClient } from "./scheduler-client.ts";

export interface SubmitOptions {
  readonly message?: string;
  readonly unpause?: boolean;
}

/** Resolves once the deploy is under way; rejects when the scheduler says no. */
export async function submitDeploy(
  scheduler: Pick<SchedulerClient, "call" | "find">,
  { request, deploy }: DeployFile,
  { message, unpause }: SubmitOptions,
): Promise<void> {
  const updatedRequest = request && (await changedRequest(scheduler, request, deploy.requestId));
  await scheduler.call("POST", "/deploys", {
    deploy,
    ...(message === undefined ? {} : { message }),
    ...(unpause === true ? { unpauseOnSuccessfulDeploy: true } : {}),
    ...(updatedRequest === undefined ? {} : { updatedRequest }),
  });
}

type Fields = Readonly<Record<string, unknown>>;

/** Makes the request where there is none. undefined: it is as it is to be. */
async function changedRequest(
  scheduler: Pick<SchedulerClient, "call" | "find">,
  request: Fields,
  requestId: string,
): Promise<Fields | undefined> {
  const known = await scheduler.find<{ readonly request: Fields }>(
    `/requests/request/${segment(requestId)}`,
  );
  if (known === undefined) {
    await scheduler.call("POST", "/requests", request);
    return undefined;
  }
  return isAsWritten(request, known.request) ? undefined : request;
}

/** Whether the scheduler has it so; what it says besides is another spelling, or made of the rest. */
function isAsWritten(request: Fields, known: Fields): boolean {
  const isSame = ([name, value]: readonly [string, unknown]) =>
    value === null ? known[name] === undefined : isDeepStrictEqual(value, known[name]);
  const isMeant = (name: string) =>
    Object.hasOwn(request, name) || /slave/i.test(name) || name === "quartzSchedule";
  return Object.entries(request).every(isSame) && Object.keys(known).every(isMeant);
}
