import assert from "node:assert/strict";
import test from "node:test";
import { asId, type ExecutorId } from "@tavola/base";
import { master, parseMessageJson } from "@tavola/protocol";
import { jsonDifferences } from "../testing/json-differences.ts";
import { operatorFixture } from "../testing/operator-fixture.ts";
import { recordedCluster } from "../testing/recorded-cluster.ts";
import { recordedExchanges } from "../testing/recordings.ts";
import { ask } from "../testing/requests.ts";
import { type Bytes, flatten } from "./byte-rope.ts";
import { frameworkJson } from "./framework-json.ts";

/** The SUBSCRIBED event of the recorded stream, in which an offer is open. */
function subscribedWithOffer(): { text: string; state: master.Response_GetState } {
  const [first = ""] = recordedExchanges("operator/events").flatMap(
    ({ chunk_text = [] }) => chunk_text,
  );
  const text = first.slice(first.indexOf("\n") + 1);
  const { subscribed } = parseMessageJson(master.Event, text).value ?? {};
  assert.ok(subscribed?.get_state);
  return { text, state: subscribed.get_state };
}

test("GET_STATE shows open offers and what they hold, as recorded", async () => {
  const { text, state } = subscribedWithOffer();
  const { handle } = operatorFixture({ cluster: recordedCluster(state) });
  const answer = await ask(handle, "/api/v1", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: '{"type":"GET_STATE"}',
  });
  const ours = JSON.stringify((JSON.parse(answer.text) as { get_state: object }).get_state);
  const theirs = JSON.parse(text) as { subscribed: { get_state: object } };
  const differences = jsonDifferences(ours, JSON.stringify(theirs.subscribed.get_state), "values");
  assert.deepEqual(differences, []);
});

test("an open offer is shown below its framework", () => {
  const { state } = recordedCluster(subscribedWithOffer().state);
  const [framework] = state.frameworks.values();
  const [offer] = state.offers.values();
  assert.ok(framework && offer);
  const { offers, offered_resources, resources } = parse(frameworkJson(framework)) as Record<
    string,
    unknown
  >;
  const amounts = { cpus: 4, gpus: 0, mem: 4000, disk: 4000, ports: "[31000-31100]" };
  assert.deepEqual(offers, [
    {
      id: offer.id,
      framework_id: framework.id,
      allocation_info: { role: "eng" },
      slave_id: offer.agentId,
      resources: amounts,
    },
  ]);
  assert.deepEqual([offered_resources, resources], [amounts, amounts]);
});

test("a custom executor is shown below its framework, with the agent it is on", () => {
  const { state } = recordedCluster();
  const [framework] = state.frameworks.values();
  const [agent] = state.agents.values();
  assert.ok(framework && agent);
  const info = {
    executor_id: { value: "e1" },
    framework_id: { value: framework.id },
    name: "runner",
    type: "CUSTOM",
    command: {
      value: "./run",
      shell: true,
      uris: [{ value: "http://x/run", executable: true }],
      environment: { variables: [{ name: "A", value: "b" }] },
    },
    resources: [
      { name: "cpus", type: "SCALAR", scalar: { value: 0.5 }, allocation_info: { role: "web" } },
    ],
    labels: { labels: [{ key: "k", value: "v" }] },
  } as const;
  framework.executors.set(agent.id, new Map([[asId<ExecutorId>("e1"), info]]));
  const { executors } = parse(frameworkJson(framework)) as { executors: unknown };
  assert.deepEqual(executors, [
    {
      executor_id: "e1",
      name: "runner",
      framework_id: framework.id,
      command: {
        shell: true,
        value: "./run",
        argv: [],
        environment: { variables: [{ name: "A", type: "VALUE", value: "b" }] },
        uris: [{ value: "http://x/run", executable: true }],
      },
      resources: { cpus: 0.5, gpus: 0, mem: 0, disk: 0 },
      role: "web",
      labels: [{ key: "k", value: "v" }],
      type: "CUSTOM",
      slave_id: agent.id,
    },
  ]);
});

test("a framework that came back shows when, and one that left its scheduler is not connected", () => {
  const { state } = recordedCluster();
  const [framework] = state.frameworks.values();
  assert.ok(framework);
  const shown = (): Record<string, unknown> =>
    parse(frameworkJson(framework)) as Record<string, unknown>;
  assert.equal("reregistered_time" in shown(), false);
  framework.reregisteredAt = (framework.registeredAt + 1500) as typeof framework.registeredAt;
  framework.state = "disconnected";
  const { registered_time, reregistered_time, active, connected, recovered } = shown();
  assert.equal(Math.round(Number(reregistered_time) * 1e3 - Number(registered_time) * 1e3), 1500);
  assert.deepEqual([active, connected, recovered], [false, false, false]);
});

function parse(bytes: Bytes): unknown {
  return JSON.parse(Buffer.from(flatten(bytes)).toString());
}

test("an offer that replaces another of the same resources is the one that is shown", async () => {
  const cluster = recordedCluster(subscribedWithOffer().state);
  const { handle } = operatorFixture({ cluster });
  const shownOffers = async (): Promise<unknown> => {
    const headers = { "Content-Type": "application/json" };
    const body = '{"type":"GET_FRAMEWORKS"}';
    const { text } = await ask(handle, "/api/v1", { method: "POST", headers, body });
    const { get_frameworks } = parseMessageJson(master.Response, text).value ?? {};
    return get_frameworks?.frameworks?.flatMap(({ offers = [] }) =>
      offers.map(({ id }) => id.value),
    );
  };
  const [framework] = cluster.state.frameworks.values();
  const [offer] = cluster.state.offers.values();
  assert.ok(framework && offer);
  assert.deepEqual(await shownOffers(), [offer.id]);
  framework.offers.delete(offer);
  framework.offers.add({ ...offer, message: { ...offer.message, id: { value: "next" } } });
  assert.deepEqual(await shownOffers(), ["next"]);
});
