/** Ids of tasks: written, read from the right, refused with a sentence. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { pendingTypes } from "./enums.ts";
import { createPendingTaskId, createTaskId, parsePendingTaskId, parseTaskId } from "./task-id.ts";

const requestId = fc.stringMatching(/^[a-zA-Z0-9_-]{1,40}$/);
const deployId = fc.stringMatching(/^[a-zA-Z0-9_.]{1,20}$/);
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const instanceNo = fc.integer({ min: 1, max: 1000 });

test("parseTaskId() gives back what createTaskId() wrote, whatever hyphens are in request, host and rack", () => {
  fc.assert(
    fc.property(
      fc.record({
        requestId,
        deployId,
        startedAt: time,
        instanceNo,
        host: fc.domain(),
        rackId: fc.stringMatching(/^[a-z0-9-]{1,12}$/),
      }),
      (place) => {
        const id = createTaskId(place);
        assert.deepEqual(parseTaskId(id.id), { value: id });
        assert.equal(id.host, place.host.replaceAll("-", "_"));
      },
    ),
  );
});

test("parsePendingTaskId() gives back what createPendingTaskId() wrote", () => {
  fc.assert(
    fc.property(
      fc.record({
        requestId,
        deployId,
        nextRunAt: time,
        instanceNo,
        pendingType: fc.constantFrom(...pendingTypes),
        createdAt: time,
      }),
      (parts) => {
        const id = createPendingTaskId(parts);
        assert.deepEqual(parsePendingTaskId(id.id), { value: id });
      },
    ),
  );
});

test("createTaskId() leaves out what all hosts' names end with", () => {
  const place = {
    requestId: "r",
    deployId: "d",
    startedAt: 1,
    instanceNo: 2,
    host: "web-1.example.com",
    rackId: "us-east-1a",
  };
  assert.equal(createTaskId(place, ".example.com").id, "r-d-1-2-web_1-us_east_1a");
  assert.equal(createTaskId(place, ".other").id, "r-d-1-2-web_1.example.com-us_east_1a");
});

test("parseTaskId() and parsePendingTaskId() say what is wrong with a text", () => {
  assert.match(parseTaskId("nothing").error ?? "", /^TaskId nothing was invalid/);
  assert.match(parseTaskId("r-d-x-1-h-k").error ?? "", /had an invalid parameter/);
  assert.match(parsePendingTaskId("r-d-1-1-BOUNCES-1").error ?? "", /PendingType.BOUNCES/);
});
