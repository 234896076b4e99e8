/** Operations on offers that are not done, and who hears of it. */

import assert from "node:assert/strict";
import test from "node:test";
import type { Offer_Operation } from "@tavola/protocol";
import { operate } from "../testing/accepted-offer.ts";
import { commandTask, registration, resources } from "../testing/core-fixture.ts";

test("an operation that asks for feedback hears that it is not done, and its offer comes again", () => {
  const reserve = { resources: resources("cpus(web):1") };
  const { f, events } = operate({ type: "RESERVE", id: { value: "op" }, reserve });
  assert.deepEqual(events, [
    {
      type: "UPDATE_OPERATION_STATUS",
      update_operation_status: {
        status: {
          operation_id: { value: "op" },
          state: "OPERATION_ERROR",
          message: "RESERVE operations are not supported by this master yet",
        },
      },
    },
  ]);
  assert.equal(f.offers("s").length, 1);
});

test("an operation is validated before it is refused", () => {
  const messageOf = (operation: Offer_Operation, options = {}) =>
    operate({ id: { value: "op" }, ...operation }, options).events[0]?.update_operation_status
      ?.status.message;
  assert.equal(
    messageOf({ type: "CREATE" }),
    "Operation attempted with invalid resources: A CREATE offer operation must have the Offer.Operation.create field set.",
  );
  assert.match(
    messageOf({
      type: "RESERVE",
      reserve: { resources: [{ name: "cpus", type: "SCALAR", scalar: { value: -1 } }] },
    }) ?? "",
    /^Operation attempted with invalid resources: Resource 'cpus:-1' is invalid/,
  );
  assert.equal(
    messageOf(
      { type: "UNRESERVE", unreserve: { resources: [] } },
      { agent_capabilities: registration().agent_capabilities?.slice(0, 3) },
    ),
    "Operation requested feedback, but agent master-S0 does not have the required RESOURCE_PROVIDER capability",
  );
});

test("an operation without id is refused silently, but counted", () => {
  const { f, events } = operate({ type: "DESTROY", destroy: {} });
  assert.deepEqual(events, []);
  assert.equal(f.state.counters.get("master/operations/destroy/error"), 1);
});

test("an id on LAUNCH is an error of its tasks", () => {
  const { events } = operate({
    type: "LAUNCH",
    id: { value: "op" },
    launch: { task_infos: [commandTask("t", "master-S0")] },
  });
  assert.equal(
    events[0]?.update?.status.message,
    "The `id` field cannot be set on LAUNCH operations",
  );
});
