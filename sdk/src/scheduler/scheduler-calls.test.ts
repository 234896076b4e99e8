import assert from "node:assert/strict";
import { test } from "node:test";
import { type Offer, scheduler } from "@tavola/protocol";
import { decodeAs } from "../api-request.ts";
import { readRecording } from "../testing/recording.ts";
import { SchedulerCalls } from "./scheduler-calls.ts";

class Collected extends SchedulerCalls {
  last: scheduler.Call | undefined;

  protected override async send(call: scheduler.Call): Promise<void> {
    this.last = call;
  }
}

/** Says with a method what a recorded call says. */
async function say(calls: SchedulerCalls, call: scheduler.Call): Promise<void> {
  switch (call.type) {
    case "ACCEPT": {
      const { offer_ids = [], operations = [], filters } = call.accept ?? {};
      return calls.accept(offer_ids, operations, filters);
    }
    case "DECLINE":
      return calls.decline(call.decline?.offer_ids ?? [], call.decline?.filters);
    case "REVIVE":
      return calls.revive(call.revive?.roles);
    case "SUPPRESS":
      return calls.suppress(call.suppress?.roles);
    case "ACKNOWLEDGE": {
      assert.ok(call.acknowledge !== undefined);
      return calls.acknowledge({ ...call.acknowledge, state: "TASK_RUNNING" });
    }
    case "RECONCILE":
      return calls.reconcile(call.reconcile?.tasks);
    case "KILL": {
      assert.ok(call.kill !== undefined);
      const { task_id, agent_id, kill_policy } = call.kill;
      return calls.kill(task_id, {
        ...(agent_id === undefined ? {} : { agentId: agent_id }),
        ...(kill_policy === undefined ? {} : { killPolicy: kill_policy }),
      });
    }
    case "SHUTDOWN":
      assert.ok(call.shutdown !== undefined);
      return calls.shutdown(call.shutdown.executor_id, call.shutdown.agent_id);
    case "MESSAGE":
      assert.ok(call.message !== undefined);
      return calls.message(call.message.executor_id, call.message.agent_id, call.message.data);
    case "REQUEST":
      return calls.request(call.request?.requests ?? []);
    case "UPDATE_FRAMEWORK": {
      assert.ok(call.update_framework !== undefined);
      const { framework_info, suppressed_roles, offer_constraints } = call.update_framework;
      return calls.updateFramework(framework_info, {
        ...(suppressed_roles === undefined ? {} : { suppressedRoles: suppressed_roles }),
        ...(offer_constraints === undefined ? {} : { offerConstraints: offer_constraints }),
      });
    }
    case "TEARDOWN":
      return calls.teardown();
    default:
      throw new Error(`no method says ${call.type}`);
  }
}

/** Empty lists and empty parts say nothing on the wire. */
function essence(call: scheduler.Call | undefined): unknown {
  const json: unknown = JSON.parse(
    JSON.stringify(call, (_, value) =>
      Array.isArray(value) && value.length === 0 ? undefined : value,
    ),
  );
  const { framework_id, ...rest } = json as Record<string, unknown>;
  for (const [name, part] of Object.entries(rest)) {
    if (typeof part === "object" && Object.keys(part as object).length === 0) delete rest[name];
  }
  return rest;
}

for (const format of ["json", "protobuf"] as const) {
  test(`every call recorded in ${format} can be said with a method`, async () => {
    const said = new Set<string>();
    for (const { body } of readRecording(`scheduler-${format}.jsonl`).requests) {
      const recorded = decodeAs(format, scheduler.Call, body).value;
      assert.ok(recorded?.type !== undefined);
      if (recorded.type === "SUBSCRIBE") continue;
      const calls = new Collected();
      await say(calls, recorded);
      assert.deepEqual(essence(calls.last), essence(recorded));
      said.add(recorded.type);
    }
    assert.equal(said.size, 12);
  });
}

test("launch() accepts one offer for tasks only", async () => {
  const calls = new Collected();
  const offer = { id: { value: "o" }, agent_id: { value: "a" } } as Offer;
  const task = { name: "t", task_id: { value: "t" }, agent_id: { value: "a" } };
  await calls.launch(offer, [task], { refuse_seconds: 1 });
  assert.deepEqual(calls.last, {
    type: "ACCEPT",
    accept: {
      offer_ids: [{ value: "o" }],
      operations: [{ type: "LAUNCH", launch: { task_infos: [task] } }],
      filters: { refuse_seconds: 1 },
    },
  });
});

test("operations and inverse offers are answered with the parts that belong to them", async () => {
  const calls = new Collected();
  await calls.acceptInverseOffers([{ value: "i" }]);
  assert.deepEqual(calls.last?.accept_inverse_offers, { inverse_offer_ids: [{ value: "i" }] });
  await calls.declineInverseOffers([{ value: "i" }], { refuse_seconds: 1 });
  assert.deepEqual(calls.last?.decline_inverse_offers, {
    inverse_offer_ids: [{ value: "i" }],
    filters: { refuse_seconds: 1 },
  });
  const uuid = { value: Buffer.from("u") };
  await calls.acknowledgeOperation({
    state: "OPERATION_FINISHED",
    operation_id: { value: "x" },
    uuid,
  });
  assert.deepEqual(calls.last?.acknowledge_operation_status, {
    uuid: uuid.value,
    operation_id: { value: "x" },
  });
  await assert.rejects(calls.acknowledgeOperation({ state: "OPERATION_FINISHED" }), {
    code: "STATUS_NOT_ACKNOWLEDGEABLE",
  });
  await calls.reconcileOperations([{ operation_id: { value: "x" } }]);
  assert.deepEqual(calls.last?.reconcile_operations, {
    operations: [{ operation_id: { value: "x" } }],
  });
});
