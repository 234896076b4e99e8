import assert from "node:assert/strict";
import test from "node:test";
import { createFairAllocator } from "@tavola/allocator";
import { asId, seededRandom } from "@tavola/base";
import type { StreamSink } from "@tavola/host";
import {
  decodeMessage,
  type MessageFormat,
  master,
  parseMessageJson,
  RecordDecoder,
} from "@tavola/protocol";
import { createAgent } from "../core/agent-records.ts";
import type { OperatorEvent } from "../core/effects.ts";
import { Turn } from "../core/turn.ts";
import { jsonDifferences } from "../testing/json-differences.ts";
import { type OperatorFixture, operatorFixture } from "../testing/operator-fixture.ts";
import { frameworkOf, instantOf, taskOf } from "../testing/recorded-cluster.ts";
import { recordedBody, recordedExchanges } from "../testing/recordings.ts";
import { requestOf } from "../testing/requests.ts";

/** What a subscriber receives, record by record. */
class RecordingSink implements StreamSink {
  readonly records: Uint8Array[] = [];
  closed = false;
  readonly #decoder = new RecordDecoder();
  readonly #onClose: (() => void)[] = [];

  write(chunk: Uint8Array | string): "written" | "closed" {
    if (this.closed) return "closed";
    const records = this.#decoder.push(Buffer.from(chunk));
    assert.equal(records.error, undefined);
    this.records.push(...(records.value ?? []));
    return "written";
  }

  end(): void {
    if (this.closed) return;
    this.closed = true;
    for (const run of this.#onClose) run();
  }

  onClose(run: () => void): void {
    this.#onClose.push(run);
  }

  get texts(): string[] {
    return this.records.map((bytes) => Buffer.from(bytes).toString());
  }

  /** Types of the events so far, in JSON streams. */
  get types(): string[] {
    return this.texts.map((text) => (JSON.parse(text) as { type: string }).type);
  }
}

async function subscribe(
  { handle }: OperatorFixture,
  format: MessageFormat = "json",
): Promise<RecordingSink> {
  const type = format === "json" ? "application/json" : "application/x-protobuf";
  const headers = { "Content-Type": "application/json", Accept: type };
  const body = '{"type":"SUBSCRIBE"}';
  const response = await handle(requestOf("/api/v1", { method: "POST", headers, body }));
  assert.ok("stream" in response);
  assert.equal(response.headers?.["Content-Type"], type);
  const sink = new RecordingSink();
  response.stream(sink);
  return sink;
}

test("SUBSCRIBE begins with the recorded SUBSCRIBED event and a heartbeat", async () => {
  const sink = await subscribe(operatorFixture());
  const [, subscribed = "", heartbeat] =
    recordedBody("master-v1-SUBSCRIBE").split(/\r?\n|(?<=\})\d+\n/);
  assert.deepEqual(jsonDifferences(sink.texts[0] ?? "", subscribed, "values"), []);
  assert.equal(sink.texts[1], '{"type":"HEARTBEAT"}');
  assert.ok(heartbeat?.includes("HEARTBEAT"));
});

test("a heartbeat follows every 15 seconds until the subscriber goes, and nothing is left behind", async () => {
  const fixture = operatorFixture();
  const sink = await subscribe(fixture);
  assert.equal(fixture.listeners, 1);
  fixture.clock.advance(14_999);
  assert.deepEqual(sink.types, ["SUBSCRIBED", "HEARTBEAT"]);
  fixture.clock.advance(30_001);
  assert.deepEqual(sink.types.slice(1), ["HEARTBEAT", "HEARTBEAT", "HEARTBEAT", "HEARTBEAT"]);
  sink.end();
  assert.deepEqual([fixture.listeners, fixture.clock.waiting], [0, 0]);
});

test("close() cancels heartbeats and stops listening", async () => {
  const fixture = operatorFixture();
  await subscribe(fixture);
  await subscribe(fixture);
  fixture.close();
  assert.deepEqual([fixture.listeners, fixture.clock.waiting], [0, 0]);
});

test("the oldest subscriber is closed when there are more than the flag admits", async () => {
  const fixture = operatorFixture({ flags: { max_operator_event_stream_subscribers: "2" } });
  const sinks = [await subscribe(fixture), await subscribe(fixture), await subscribe(fixture)];
  assert.deepEqual(
    sinks.map(({ closed }) => closed),
    [true, false, false],
  );
  const { [`master/operator_event_stream_subscribers`]: open } = fixture.metrics.snapshot();
  assert.equal(open, 2);
});

test("events go to every subscriber in its own format", async () => {
  const fixture = operatorFixture();
  const inJson = await subscribe(fixture);
  const inProtobuf = await subscribe(fixture, "protobuf");
  fixture.publish({ type: "AGENT_REMOVED", agentId: asId("gone-S1") });
  const removed = { type: "AGENT_REMOVED", agent_removed: { agent_id: { value: "gone-S1" } } };
  assert.deepEqual(JSON.parse(inJson.texts[2] ?? ""), removed);
  const decoded = decodeMessage(master.Event, inProtobuf.records[2] ?? new Uint8Array());
  assert.deepEqual(decoded.value, removed);
});

test("each recorded event of a Mesos master is what ours sends for the same happening", async () => {
  const chunks = recordedExchanges("operator/events").flatMap(({ chunk_text }) => chunk_text ?? []);
  const events = chunks.map((chunk) => chunk.slice(chunk.indexOf("\n") + 1));
  const fixture = operatorFixture();
  const sink = await subscribe(fixture);
  const compared = new Set<string>();
  for (const recorded of events) {
    const event = happeningOf(fixture, recorded);
    if (event === undefined) continue;
    fixture.publish(event);
    assert.deepEqual(jsonDifferences(sink.texts.at(-1) ?? "", recorded, "values"), []);
    compared.add(event.type);
  }
  assert.deepEqual([...compared].sort(), [
    "AGENT_ADDED",
    "FRAMEWORK_ADDED",
    "FRAMEWORK_REMOVED",
    "FRAMEWORK_UPDATED",
    "TASK_ADDED",
    "TASK_UPDATED",
  ]);
});

/** What must have happened in the core for Mesos to say so; undefined for SUBSCRIBED and HEARTBEAT. */
function happeningOf({ state }: OperatorFixture, text: string): OperatorEvent | undefined {
  const { value: event } = parseMessageJson(master.Event, text);
  assert.ok(event);
  if (event.task_added) return { type: "TASK_ADDED", task: taskOf(event.task_added.task) };
  if (event.task_updated) {
    const { framework_id, status, state: newest } = event.task_updated;
    const frameworkId = asId<ReturnType<typeof frameworkOf>["id"]>(framework_id.value);
    return { type: "TASK_UPDATED", frameworkId, status, state: newest };
  }
  if (event.framework_added) {
    const framework = frameworkOf(event.framework_added.framework, "active");
    return { type: "FRAMEWORK_ADDED", framework };
  }
  if (event.framework_updated) {
    const framework = frameworkOf(event.framework_updated.framework, "active");
    return { type: "FRAMEWORK_UPDATED", framework };
  }
  if (event.framework_removed) {
    return { type: "FRAMEWORK_REMOVED", info: event.framework_removed.framework_info };
  }
  if (event.agent_added === undefined) return undefined;
  const { agent } = event.agent_added;
  const random = seededRandom(1);
  const allocator = createFairAllocator({ random, filterIntervalMs: 1000 });
  const turn = new Turn({ state, allocator, random }, instantOf(agent.registered_time));
  const about = {
    info: agent.agent_info,
    pid: agent.pid ?? "",
    version: agent.version,
    capabilities: agent.capabilities ?? [],
    resourceVersion: undefined,
    checkpointedResources: [],
  };
  return { type: "AGENT_ADDED", agent: createAgent(turn, about) };
}
