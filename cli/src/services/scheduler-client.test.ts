import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { test } from "node:test";
import { CodedError } from "@tavola/base";
import type { HttpClient, HttpClientRequest, HttpClientResponse } from "@tavola/host";
import { createSchedulerClient } from "./scheduler-client.ts";

function clientOf(answer: { status: number; text: string } | CodedError, token?: string) {
  const asked: HttpClientRequest[] = [];
  const http: HttpClient = {
    request: async (request) => {
      asked.push(request);
      if (answer instanceof CodedError) throw answer;
      const body = async () => Buffer.from(answer.text);
      return { status: answer.status, headers: {}, body } as unknown as HttpClientResponse;
    },
    close: async () => undefined,
  };
  return { asked, scheduler: createSchedulerClient({ url: "http://s/singularity", http, token }) };
}

test("who calls is said with every call: by name, and by a token where there is one", async () => {
  const user = encodeURIComponent(userInfo().username);
  const { asked, scheduler } = clientOf({ status: 200, text: "[]" }, "secret");
  await scheduler.get("/requests?a=b");
  await scheduler.call("POST", "/deploys", {});
  assert.deepEqual(
    asked.map(({ url, headers }) => [url, headers?.["authorization"]]),
    [
      [`http://s/singularity/api/requests?a=b&user=${user}`, "Token secret"],
      [`http://s/singularity/api/deploys?user=${user}`, "Token secret"],
    ],
  );
  const bearer = clientOf({ status: 200, text: "[]" }, "Bearer x.y.z");
  await bearer.scheduler.get("/requests");
  assert.equal(bearer.asked[0]?.headers?.["authorization"], "Bearer x.y.z");
});

test("a scheduler that is away or does not lead may be asked again; a no is a no", async () => {
  const away = clientOf(new CodedError("ABORTED", "given up"));
  await assert.rejects(away.scheduler.get("/x"), { code: "UNAVAILABLE", transient: true });
  const follower = clientOf({ status: 503, text: "No scheduler leads" });
  await assert.rejects(follower.scheduler.get("/x"), {
    code: "SCHEDULER_REFUSED",
    message: "No scheduler leads",
    transient: true,
  });
  const refusing = clientOf({ status: 400, text: "no" });
  await assert.rejects(refusing.scheduler.get("/x"), { transient: false });
});
