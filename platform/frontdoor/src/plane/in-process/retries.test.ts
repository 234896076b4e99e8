import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { post, request } from "../testing/contract-test.ts";
import { type PlaneFixture, planeFixture } from "../testing/plane-fixture.ts";
import { plainAnswer } from "../testing/raw-backend.ts";
import { waitFor } from "../testing/wait-for.ts";
import { createInProcessPlane } from "./create-in-process-plane.ts";

/** With an instance that answers once on a connection, and closes it when it is asked again. */
async function forgetful(context: TestContext): Promise<PlaneFixture> {
  const fixture = await planeFixture(context, createInProcessPlane);
  assert.ok(fixture !== undefined, "this plane is always there");
  const asked = new WeakSet<object>();
  const backend = await fixture.backend({
    head: (_seen, socket) => {
      if (asked.has(socket)) socket.destroy();
    },
    answer: ({ target, body }, socket) => {
      if (socket.destroyed) return;
      asked.add(socket);
      socket.write(plainAnswer(target + body));
    },
  });
  await fixture.serve({ web: [backend] });
  await fixture.rules("REQUEST_URI=/* passthru web retries=0");
  return fixture;
}

describe("a connection that lay idle and is closed under a request", () => {
  test("costs a GET nothing, not even one of its rule's retries", async (context) => {
    const fixture = await forgetful(context);
    const asked = fixture.client();
    for (const target of ["/1", "/2", "/3", "/4"]) {
      asked.write(request(target));
      assert.equal((await asked.answer()).body, target);
    }
    await waitFor(
      () => fixture.ended.length === 4,
      () => "the observer",
    );
    assert.deepEqual(
      fixture.ended.map(({ retries, failure }) => [retries, failure]),
      [0, 1, 1, 1].map((retries) => [retries, undefined]),
    );
    assert.deepEqual(
      fixture.plane.health().map(({ state, active }) => [state, active]),
      [["up", 0]],
    );
  });

  test("is a POST's failure: nobody knows what the instance did", async (context) => {
    const fixture = await forgetful(context);
    const asked = fixture.client();
    asked.write(post("/1", "a"));
    assert.equal((await asked.answer()).body, "/1a");
    asked.write(post("/2", "b"));
    assert.equal((await asked.answer()).status, 502);
  });
});
