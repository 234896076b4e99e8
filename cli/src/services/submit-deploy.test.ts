import assert from "node:assert/strict";
import { test } from "node:test";
import { submitDeploy } from "./submit-deploy.ts";

const deploy = { requestId: "web", id: "2", command: "run" };

/** What was called, when the scheduler knows that of the request. */
async function callsOf(request: object | undefined, known: object | undefined) {
  const calls: unknown[] = [];
  const scheduler = {
    find: async <T>(): Promise<T | undefined> => known && ({ request: known } as T),
    call: async <T>(_method: string, path: string, body?: unknown): Promise<T> => {
      calls.push([path, body]);
      return undefined as T;
    },
  };
  const file = { request: request as Record<string, unknown> | undefined, deploy };
  await submitDeploy(scheduler, file, { message: "why", unpause: true });
  return calls;
}

const posted = { deploy, message: "why", unpauseOnSuccessfulDeploy: true };
const web = { id: "web", requestType: "SERVICE", instances: 3 };

test("a request that is not there yet is made first", async () => {
  assert.deepEqual(await callsOf(web, undefined), [
    ["/requests", web],
    ["/deploys", posted],
  ]);
});

test("one that is as written is left alone, whatever other spellings the scheduler has of it", async () => {
  const request = { ...web, agentPlacement: "GREEDY", schedule: "* * * * *", owners: null };
  const known = {
    ...web,
    agentPlacement: "GREEDY",
    slavePlacement: "GREEDY",
    schedule: "* * * * *",
    quartzSchedule: "0 * * * * ?",
  };
  assert.deepEqual(await callsOf(request, known), [["/deploys", posted]]);
  assert.deepEqual(await callsOf(undefined, known), [["/deploys", posted]]);
});

test("one that is otherwise changes with the deploy, and not before it", async () => {
  const more = { ...posted, updatedRequest: web };
  assert.deepEqual(await callsOf(web, { ...web, instances: 2 }), [["/deploys", more]]);
  assert.deepEqual(await callsOf(web, { ...web, group: "ops" }), [["/deploys", more]]);
});
