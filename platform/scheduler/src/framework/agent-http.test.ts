import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError } from "@tavola/base";
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

test("AgentHttp takes whatever answers at an agent's address for an agent that cannot be asked", async () => {
  const agent = { hostname: "host1", port: 5051 };
  for (const json of [null, 7, "x", [null], [[]], {}, { frameworks: 3 }, { frameworks: [null] }]) {
    const files = new AgentHttp({ http: answering(json) });
    const answers = await Promise.all([
      files.browse(agent, "/x"),
      files.read(agent, "/x", {}),
      files.allStatistics(agent),
      files.statistics(agent, "t"),
      files.metrics(agent),
      files.directories(agent, "ours"),
    ]);
    assert.ok(
      answers.some(({ problem }) => problem !== undefined),
      JSON.stringify(json),
    );
  }
  const odd = {
    frameworks: [{ id: "ours", executors: [null, { id: "a" }, { id: "b", directory: "/b" }] }],
  };
  const found = await new AgentHttp({ http: answering(odd) }).directories(agent, "ours");
  assert.deepEqual([...(found.value ?? [])], [["b", "/b"]]);
});

test("AgentHttp does not wait for a download that does not begin", async () => {
  const http: HttpClient = {
    request: ({ signal }) =>
      new Promise((_, reject) =>
        signal?.addEventListener("abort", () => reject(new CodedError("ABORTED", "given up"))),
      ),
    close: async () => undefined,
  };
  const files = new AgentHttp({ http, timeoutMs: 1 });
  const never = new AbortController().signal;
  const answer = await files.download({ hostname: "host1", port: 5051 }, "/x", never);
  assert.equal(answer.problem, "unreachable");
});
