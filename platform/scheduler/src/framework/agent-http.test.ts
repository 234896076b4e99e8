import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError } from "@tavola/base";
import { type HttpClient, type HttpClientResponse, simulatedClock } from "@tavola/host";
import { AgentHttp } from "./agent-http.ts";

const clock = simulatedClock();

function answering(json: unknown): HttpClient {
  const response = {
    status: 200,
    headers: {},
    async *chunks() {
      yield Buffer.from(JSON.stringify(json));
    },
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
  const found = await new AgentHttp({ http, clock }).directories(agent, "ours");
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
    const files = new AgentHttp({ http: answering(json), clock });
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
  const found = await new AgentHttp({ http: answering(odd), clock }).directories(agent, "ours");
  assert.deepEqual([...(found.value ?? [])], [["b", "/b"]]);
});

test("AgentHttp does not wait for an answer that does not come, nor for a download that does not begin", async () => {
  const http: HttpClient = {
    request: ({ signal }) =>
      new Promise((_, reject) =>
        signal?.addEventListener("abort", () => reject(new CodedError("ABORTED", "given up"))),
      ),
    close: async () => undefined,
  };
  const files = new AgentHttp({ http, clock });
  const agent = { hostname: "host1", port: 5051 };
  const answers = Promise.all([
    files.metrics(agent),
    files.download(agent, "/x", new AbortController().signal),
  ]);
  await clock.advanceSettling(5000);
  for (const { problem } of await answers) assert.equal(problem, "unreachable");
});

test("AgentHttp lets a download that has begun take as long as it takes", async () => {
  let asked: AbortSignal | undefined;
  const http: HttpClient = {
    request: async ({ signal }) => {
      asked = signal;
      return { status: 200, headers: {}, body: async () => Buffer.of(), async *chunks() {} };
    },
    close: async () => undefined,
  };
  const files = new AgentHttp({ http, clock });
  const caller = new AbortController();
  const { value } = await files.download({ hostname: "host1", port: 5051 }, "/x", caller.signal);
  await clock.advanceSettling(60_000);
  assert.equal(value?.status, 200);
  assert.equal(asked?.aborted, false);
  caller.abort();
  assert.equal(asked?.aborted, true);
});

test("AgentHttp gives an answer up that has more than an agent says, and reads no further", async () => {
  const pieceBytes = 1024 * 1024;
  for (const status of [200, 404]) {
    let sent = 0;
    const response = {
      status,
      headers: {},
      async *chunks() {
        for (;;) {
          sent += pieceBytes;
          yield Buffer.alloc(pieceBytes, "x");
        }
      },
    };
    const http: HttpClient = {
      request: async () => response as unknown as HttpClientResponse,
      close: async () => undefined,
    };
    const files = new AgentHttp({ http, clock });
    const agent = { hostname: "host1", port: 5051 };
    for (const ask of [
      files.read(agent, "/x", {}),
      files.browse(agent, "/x"),
      files.allStatistics(agent),
      files.metrics(agent),
    ]) {
      const answer = await ask;
      assert.ok(answer.problem === "unreachable");
      assert.match(answer.message, /^host1:5051: .*more than the \d+ bytes that are taken/);
    }
    assert.ok(sent < 100 * pieceBytes, `${sent} bytes were read`);
  }
});

test("AgentHttp keeps the beginning of what an agent says no with", async () => {
  const response = {
    status: 400,
    headers: {},
    async *chunks() {
      yield Buffer.alloc(60_000, "x");
    },
  };
  const http: HttpClient = {
    request: async () => response as unknown as HttpClientResponse,
    close: async () => undefined,
  };
  const answer = await new AgentHttp({ http, clock }).browse({ hostname: "h", port: 1 }, "/x");
  assert.ok(answer.problem !== undefined);
  assert.equal(answer.message.length, 4096);
});
