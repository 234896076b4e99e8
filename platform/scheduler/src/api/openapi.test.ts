/** The document that describes the API. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { apiRoutes } from "./routes.ts";
import { ApiFixture } from "./testing/api-fixture.ts";

test("the OpenAPI document names every row, and every model that it refers to", async () => {
  const api = new ApiFixture();
  const answer = await api.call("GET", "/openapi.json");
  const document = answer.json<{
    paths: Record<string, Record<string, { operationId: string }>>;
    components: { schemas: object };
  }>();
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  assert.equal(operations.length, apiRoutes.length);
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  const referred = [...answer.text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(
    ([, name]) => name,
  );
  const missing = referred.filter(
    (name) => name !== undefined && !(name in document.components.schemas),
  );
  assert.deepEqual(missing, []);
});
