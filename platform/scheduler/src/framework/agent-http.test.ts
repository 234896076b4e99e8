import assert from "node:assert/strict";
import { test } from "node:test";
import type { HttpClient, HttpClientResponse } from "@tavola/host";
import { AgentHttp } from "./agent-http.ts";

function answering(json: unknown): HttpClient {
  const response = {
    status: 200,
    headers: {},
    body: async () => Buffer.from(JSON.stringify(json)),
  };
  return {
    request: async () => response as unknown as HttpClientResponse,
    close: async () => undefined,
  };
}

test("AgentHttp finds sandboxes of what runs, has ended, and of a framework that left the agent", async () => {
  const executor = (id: string) => ({
    id,
    directory: `/work/${id}`,
    tasks: [{ id: `${id}-task` }],
  });
  const http = answering({
    frameworks: [
      { id: "ours", executors: [executor("runs")], completed_executors: [executor("ended")] },
      { id: "theirs", executors: [executor("other")] },
    ],
    completed_frameworks: [{ id: "ours", completed_executors: [executor("before")] }],
  });
  const agent = { hostname: "host1", port: 5051 };
  const found = await new AgentHttp({ http }).directories(agent, "ours");
  assert.deepEqual(
    [...(found.value ?? [])],
    ["before", "ended", "runs"].flatMap((id) => [
      [id, `/work/${id}`],
      [`${id}-task`, `/work/${id}`],
    ]),
  );
});
