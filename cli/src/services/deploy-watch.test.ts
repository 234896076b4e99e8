import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError } from "@tavola/base";
import { watchDeploy } from "./deploy-watch.ts";

const watch = { requestId: "web", deployId: "2", patienceMs: 60_000 };

function watching(...answers: readonly (Error | string | undefined)[]) {
  const left = [...answers];
  const told: string[] = [];
  const scheduler = {
    find: async <T>(path: string): Promise<T | undefined> => {
      if (!path.startsWith("/history")) return undefined;
      const answer = left.shift();
      if (answer instanceof Error) throw answer;
      return (answer === undefined ? undefined : { deployResult: { deployState: answer } }) as T;
    },
  };
  const end = watchDeploy(scheduler, watch, { tell: (text: string) => void told.push(text) });
  return { end, told };
}

test("watchDeploy() outlives a scheduler that goes, and tells so once", async () => {
  const away = new CodedError("UNAVAILABLE", "no scheduler answers", {}, { transient: true });
  const { end, told } = watching("WAITING", away, away, undefined, "SUCCEEDED");
  assert.deepEqual(await end, { kind: "ended", result: { deployState: "SUCCEEDED" } });
  assert.deepEqual(told, ["  no scheduler answers; asking again\n"]);
});

test("watchDeploy() ends with a scheduler's no", async () => {
  const { end } = watching(new CodedError("SCHEDULER_REFUSED", "not yours"));
  await assert.rejects(end, { code: "SCHEDULER_REFUSED" });
});

test("watchDeploy() says of a job when it runs, and of what has no place that it waits for one", async () => {
  const told: string[] = [];
  const pending = [
    { id: "a", deployId: "2", instanceNo: 1, nextRunAt: Date.UTC(2096, 0, 1, 6), pendingType: "x" },
    { id: "b", deployId: "2", instanceNo: 2, nextRunAt: 0, pendingType: "x" },
  ];
  const scheduler = {
    find: async <T>(path: string): Promise<T | undefined> =>
      (path.startsWith("/history")
        ? { deployResult: { deployState: "SUCCEEDED" } }
        : { request: { id: "web" }, state: "ACTIVE", taskIds: { pending } }) as T,
  };
  await watchDeploy(scheduler, watch, { tell: (text: string) => void told.push(text) });
  assert.deepEqual(told, [
    "  instance 1 runs at 2096-01-01 06:00:00 UTC\n",
    "  instance 2 waits for a place\n",
  ]);
});
