import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { operatorFixture } from "../testing/operator-fixture.ts";
import { recordedBody } from "../testing/recordings.ts";
import { ask } from "../testing/requests.ts";

const fixture = operatorFixture();
const stay = "0fd789fa-c1dd-4bad-a534-d6e4bbf01191-0002";

async function ids(query: string): Promise<string[]> {
  const { status, text } = await ask(fixture.handle, `/tasks${query}`);
  assert.equal(status, 200);
  return (JSON.parse(text) as { tasks: { id: string }[] }).tasks.map(({ id }) => id);
}

const recordedIds = (
  JSON.parse(recordedBody("master-tasks")) as { tasks: { id: string }[] }
).tasks.map(({ id }) => id);

test("/tasks lists newest first, as recorded", async () => {
  assert.deepEqual(await ids(""), recordedIds);
  assert.deepEqual(await ids("?order=nonsense"), recordedIds);
});

test("/tasks?order=asc lists oldest first", async () => {
  assert.deepEqual(await ids("?order=asc"), [...recordedIds].reverse());
});

test("/tasks gives pages by limit and offset", async () => {
  assert.deepEqual(await ids("?limit=2"), recordedIds.slice(0, 2));
  assert.deepEqual(await ids("?limit=2&offset=3"), recordedIds.slice(3, 5));
  assert.deepEqual(await ids("?offset=7"), []);
  assert.deepEqual(await ids("?limit=0"), []);
});

test("/tasks selects by framework and by task", async () => {
  assert.deepEqual(await ids(`?framework_id=${stay}`), ["sleeper-2", "sleeper-1"]);
  assert.deepEqual(await ids(`?framework_id=${stay}&task_id=sleeper-1`), ["sleeper-1"]);
  assert.deepEqual(await ids("?task_id=short"), ["short"]);
  assert.deepEqual(await ids("?framework_id="), []);
});

test("/tasks takes what is no count for absent", async () => {
  for (const odd of ["", "x", "-1", "1.5", "99999999999", "0x2", "1e1", "NaN"]) {
    assert.deepEqual(await ids(`?limit=${odd}&offset=${odd}`), recordedIds, odd);
  }
});

test("/tasks answers any query with a part of the tasks, in order", async () => {
  const value = fc.oneof(fc.string(), fc.integer().map(String), fc.constantFrom(stay, "1", "asc"));
  const query = fc.dictionary(
    fc.constantFrom("limit", "offset", "order", "framework_id", "task_id", "other"),
    value,
  );
  await fc.assert(
    fc.asyncProperty(query, async (parameters) => {
      const found = await ids(`?${new URLSearchParams(parameters)}`);
      const all = parameters["order"] === "asc" ? [...recordedIds].reverse() : recordedIds;
      const positions = found.map((id) => all.indexOf(id));
      assert.deepEqual(
        positions,
        [...positions].sort((a, b) => a - b),
      );
      assert.ok(!positions.includes(-1));
    }),
    { numRuns: 300 },
  );
});
