import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { createHttpClient, silentLogger, systemClock } from "@tavola/host";
import { waitUntil } from "../testing/wait-until.ts";
import { CommitStatus, type CommitStatusHost, statusUrlOf } from "./commit-status.ts";

interface Call {
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: Record<string, unknown>;
}

/** Answers with the statuses in turn, then 201. */
async function open(context: TestContext, host: CommitStatusHost, statuses: number[] = []) {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      calls.push({ path: request.url, headers: request.headers, body: JSON.parse(text) });
      response.writeHead(statuses.shift() ?? 201).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const http = createHttpClient();
  const status = new CommitStatus({
    host,
    url: `http://127.0.0.1:${port}`,
    project: "team/routes",
    token: "t0ken",
    http,
    clock: systemClock(),
    logger: silentLogger,
  });
  context.after(async () => {
    await status.close();
    await http.close();
    server.close();
  });
  return { calls, status };
}

const version = (id: string) => ({ id, name: `commit ${id}` });

test("GitHub is told what became of a commit", async (context) => {
  const { calls, status } = await open(context, "github");
  status.tell(version("aaa"), { kind: "refused", reasons: ["x".repeat(200), "y"] });
  status.tell(version("bbb"), { kind: "taken" });
  await waitUntil(() => status.told === 2, "both statuses");
  assert.deepEqual(
    calls.map(({ path }) => path),
    ["/repos/team/routes/statuses/aaa", "/repos/team/routes/statuses/bbb"],
  );
  assert.equal(calls[0]?.headers.authorization, "Bearer t0ken");
  const description = `${"x".repeat(126)}… (and 1 more)`;
  assert.equal(description.length, 140);
  const context_ = "tavola/frontdoor";
  assert.deepEqual(calls[0]?.body, { state: "failure", context: context_, description });
  assert.equal(calls[1]?.body["state"], "success");
});

test("GitLab is told what became of a commit, again when it does not answer properly", async (context) => {
  const { calls, status } = await open(context, "gitlab", [500]);
  status.tell(version("aaa"), { kind: "refused", reasons: ["f:1:1: nonsense"] });
  await waitUntil(() => status.told === 1, "the status");
  assert.equal(calls.length, 2);
  assert.equal(calls[1]?.path, "/projects/team%2Froutes/statuses/aaa");
  assert.equal(calls[1]?.headers["private-token"], "t0ken");
  assert.deepEqual(calls[1]?.body, {
    state: "failed",
    name: "tavola/frontdoor",
    description: "f:1:1: nonsense",
  });
});

test("statusUrlOf() knows the API of the host that a repository is on", () => {
  assert.equal(statusUrlOf("github", "github.com"), "https://api.github.com");
  assert.equal(statusUrlOf("github", "git.corp"), "https://git.corp/api/v3");
  assert.equal(statusUrlOf("gitlab", "gitlab.com"), "https://gitlab.com/api/v4");
});
