/** The API on real ports: what is too large, who passes calls on, and under which paths. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { CodedError } from "@tavola/base";
import { createHttpClient, type Endpoint, openEndpoint, silentLogger } from "@tavola/host";
import { asHttpHandler, createApiHandler } from "./api-handler.ts";
import { apiRoutes } from "./routes.ts";
import { ApiFixture } from "./testing/api-fixture.ts";
import { prepareCluster } from "./testing/sample-cluster.ts";

const http = createHttpClient();
const endpoints: Endpoint[] = [];
after(async () => {
  for (const endpoint of endpoints) await endpoint.close();
  await http.close();
});

/** The API on a real port; returns the URL of its context. */
async function serve(api: ApiFixture): Promise<string> {
  const endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    bodyBytesMax: 8 * 1024 * 1024,
    logger: silentLogger,
    onRequest: asHttpHandler(createApiHandler(api.context, apiRoutes)),
  });
  endpoints.push(endpoint);
  return `http://127.0.0.1:${endpoint.boundPort}${api.context.contextPath}`;
}

async function read(method: string, url: string, body?: Uint8Array | string) {
  const response = await http.request({ method, url, ...(body === undefined ? {} : { body }) });
  return { status: response.status, text: Buffer.from(await response.body()).toString() };
}

test("a body of 50 MB is refused with 413, and the next call is answered", async () => {
  const url = await serve(await prepareCluster());
  const large = await read("POST", `${url}/api/requests`, Buffer.alloc(50 * 1024 * 1024, 32)).catch(
    (error: unknown) => ({ status: error instanceof CodedError ? error.code : "?", text: "" }),
  );
  assert.equal(large.status, 413, large.text);
  assert.equal((await read("GET", `${url}/api/requests/ids`)).status, 200);
  const justOver = await read("POST", `${url}/api/requests`, Buffer.alloc(5 * 1024 * 1024, 32));
  assert.equal(justOver.status, 413);
});

test("a scheduler that does not lead passes calls on, bodies and refusals included", async () => {
  const leader = await prepareCluster();
  const leaderUrl = await serve(leader);
  const follower = new ApiFixture({
    context: { engine: () => undefined, leaderUrl: () => leaderUrl, contextPath: "" },
  });
  const url = await serve(follower);
  const scaled = await read(
    "PUT",
    `${url}/api/requests/request/web/scale?user=me`,
    '{"instances":4}',
  );
  assert.equal(scaled.status, 200, scaled.text);
  assert.equal(leader.core.state.records.request.get("web")?.request.instances, 4);
  const refused = await read("PUT", `${url}/api/requests/request/web/scale`, '{"instances":4}');
  assert.deepEqual(refused, {
    status: 400,
    text: "Scale request has no affect on the # of instances (4)",
  });
  const removed = await read("DELETE", `${url}/api/requests/request/web`, '{"message":"bye"}');
  assert.equal(removed.status, 200);
  assert.equal((await read("GET", `${url}/api/openapi.json`)).status, 200);
});

test("the API answers under any context path, and nothing else", async () => {
  const none = new ApiFixture({ context: { contextPath: "" } });
  const url = await serve(none);
  assert.equal((await read("GET", `${url}/api/requests`)).text, "[]");
  assert.equal((await read("GET", `${url}/api/requests/`)).text, "[]");
  assert.equal((await read("GET", `${url}/apis`)).status, 404);
  assert.equal((await read("HEAD", `${url}/api/requests/request/nothing`)).status, 404);
});
