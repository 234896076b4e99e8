/**
 * A whole recorded run of a framework, held again with our master: the same calls, an agent that does
 * what the recorded one did, and the events compared one by one.
 *
 * OFFERS are compared in their own sequence: ours come as soon as there is something to offer, those
 * of Mesos at the next whole interval.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { type SimulatedClock, simulatedClock } from "@tavola/host";
import {
  formatMessageJson,
  internal,
  type MessageFormat,
  protobufType,
  scheduler,
  type TaskStatus,
} from "@tavola/protocol";
import { resources } from "../testing/core-fixture.ts";
import { type EventStream, eventOf, openEventStream } from "../testing/event-stream.ts";
import { type FakeAgent, startFakeAgent } from "../testing/fake-agent.ts";
import { jsonDifferences } from "../testing/json-differences.ts";
import { Names, type RecordedLine, recordedLines } from "../testing/recorded-calls.ts";
import { startTestMaster, type TestMaster } from "../testing/test-master.ts";
import { waitUntil } from "../testing/wait-until.ts";

/** A master says what it does: draining and quota are not there yet. */
const deliberate = [".subscribed.master_info.capabilities: 1 items, wanted 3"];

interface Subscriber {
  readonly stream: EventStream;
  /** Positions in `stream.events` of the next OFFERS and of the next other event. */
  offers: number;
  others: number;
}

class Run {
  readonly #master: TestMaster;
  readonly #agent: FakeAgent;
  readonly #clock: SimulatedClock;
  readonly #format: MessageFormat;
  readonly #names: Names;
  readonly #subscribers = new Map<number, Subscriber>();
  readonly #answers = new Map<number, EventStream>();
  readonly #launched = new Map<string, internal.RunTaskMessage>();
  compared = 0;

  constructor(
    world: { master: TestMaster; agent: FakeAgent; clock: SimulatedClock; names: Names },
    format: MessageFormat,
  ) {
    this.#master = world.master;
    this.#agent = world.agent;
    this.#clock = world.clock;
    this.#names = world.names;
    this.#format = format;
  }

  async step(line: RecordedLine): Promise<void> {
    if (line.dir === "request") await this.#call(line);
    else if (line.status !== undefined) this.#compareAnswer(line);
    else if (line.chunk !== undefined) await this.#compareEvent(line.conn, line.chunk);
    else await this.#subscribers.get(line.conn)?.stream.ended();
  }

  async #call({ conn, path = "", headers = {}, body }: RecordedLine): Promise<void> {
    const sent: Record<string, string> = {};
    for (const [name, value] of Object.entries(headers)) {
      if (name !== "Host" && name !== "Content-Length") sent[name] = this.#names.toOurs(value);
    }
    const isBinary = headers["Content-Type"] === protobufType;
    const bytes =
      body && (isBinary ? this.#names.bytesToOurs(body) : this.#names.toOurs(`${body}`));
    const stream = await openEventStream(
      this.#master.client,
      { url: this.#master.url + path, headers: sent, ...(bytes && { body: bytes }) },
      this.#format,
    );
    this.#answers.set(conn, stream);
    if (stream.headers["mesos-stream-id"] !== undefined) {
      this.#subscribers.set(conn, { stream, offers: 0, others: 0 });
    }
  }

  #compareAnswer({ conn, status, headers = {}, body }: RecordedLine): void {
    const answer = this.#answers.get(conn);
    assert.equal(answer?.status, status);
    const streamId = headers["Mesos-Stream-Id"];
    if (streamId !== undefined) this.#names.add(streamId, answer?.headers["mesos-stream-id"] ?? "");
    else assert.equal(this.#names.toRecorded(answer?.text ?? ""), `${body ?? ""}`);
    this.compared += 1;
  }

  async #compareEvent(conn: number, chunk: Buffer): Promise<void> {
    const recorded = eventOf(chunk.subarray(chunk.indexOf("\n") + 1), this.#format);
    await this.#playAgent(recorded);
    const ours = await this.#nextLike(conn, recorded);
    const compared =
      recorded.type === "UPDATE" || recorded.type === "FAILURE" ? "values" : "shapes";
    const differences = jsonDifferences(
      this.#names.toRecorded(formatMessageJson(scheduler.Event, ours)),
      formatMessageJson(scheduler.Event, recorded),
      compared,
    );
    const unexplained = differences.filter(
      (one) => !one.includes(".timestamp: ") && !deliberate.includes(one),
    );
    assert.deepEqual(unexplained, [], JSON.stringify(ours.type));
    this.compared += 1;
  }

  /** The next of our OFFERS, or of all other events but later heartbeats. */
  async #nextLike(conn: number, recorded: scheduler.Event): Promise<scheduler.Event> {
    const subscriber = this.#subscribers.get(conn);
    assert.ok(subscriber);
    const { events } = subscriber.stream;
    const isOffers = recorded.type === "OFFERS";
    const key = isOffers ? "offers" : "others";
    const find = () =>
      events.findIndex(
        ({ event }, i) =>
          i >= subscriber[key] &&
          (event.type === "OFFERS") === isOffers &&
          (event.type !== "HEARTBEAT" || i === 1),
      );
    await waitUntil(
      () => find() >= 0,
      `${recorded.type} ${recorded.update?.status.task_id.value ?? ""}`,
      () => isOffers && this.#clock.advance(20),
    );
    const at = find();
    subscriber[key] = at + 1;
    return events[at]?.event as scheduler.Event;
  }

  /** Does what the recorded agent must have done for this event to come. */
  async #playAgent({ update, message, failure }: scheduler.Event): Promise<void> {
    if (update !== undefined) await this.#playUpdate(update.status);
    const slave_id = { value: this.#agent.id };
    const framework = [...this.#launched.values()].at(-1)?.framework.id ?? { value: "" };
    if (message !== undefined) {
      let sent = await this.#agent.next(internal.FrameworkToExecutorMessage);
      // Those to other executors are not answered.
      while (sent.executor_id.value !== message.executor_id.value) {
        sent = await this.#agent.next(internal.FrameworkToExecutorMessage);
      }
      assert.deepEqual(sent.data, message.data);
      this.#agent.send(internal.ExecutorToFrameworkMessage, sent);
    }
    if (failure?.executor_id !== undefined) {
      await this.#agent.next(internal.ShutdownExecutorMessage);
      this.#agent.send(internal.ExitedExecutorMessage, {
        slave_id,
        framework_id: framework,
        executor_id: failure.executor_id,
        status: failure.status ?? 0,
      });
    }
  }

  async #playUpdate(status: TaskStatus): Promise<void> {
    if (status.source === "SOURCE_MASTER") return;
    const id = status.task_id.value;
    while (!this.#launched.has(id)) {
      const run = await this.#agent.next(internal.RunTaskMessage);
      this.#launched.set(run.task.task_id.value, run);
    }
    if (status.state === "TASK_KILLING") {
      const kill = await this.#agent.next(internal.KillTaskMessage);
      assert.equal(kill.task_id.value, id);
    }
    const run = this.#launched.get(id) as internal.RunTaskMessage;
    const { agent_id: _, timestamp: __, ...said } = status;
    this.#agent.report(run, status.state, said);
  }
}

/** Both were recorded from one master, JSON first; ids go on counting. */
test("a recorded framework's life goes as it went with Mesos, in JSON and protobuf", async () => {
  const clock = simulatedClock();
  const master = await startTestMaster({ clock });
  const agent = await startFakeAgent(master.url, {
    slave: {
      hostname: "localhost",
      checkpoint: true,
      // In the order in which the recorded offers list them; it carries no meaning.
      resources: resources("ports:[31000-31100];cpus:4;mem:4000;disk:4000"),
      attributes: [
        { name: "rack", type: "TEXT", text: { value: "r1" } },
        { name: "level", type: "SCALAR", scalar: { value: 10 } },
      ],
    },
  });
  const names = new Names();
  names.add("43ac8d8d-9ebe-4fa2-bd02-07934ff59a86", agent.id.replace("-S0", ""));
  try {
    for (const format of ["json", "protobuf"] as const) {
      const run = new Run({ master, agent, clock, names }, format);
      for (const line of recordedLines(format)) await run.step(line);
      assert.ok(run.compared > 60, `${run.compared} answers and events were compared`);
    }
    const acknowledged = agent.received.filter(
      ({ name }) => name === "StatusUpdateAcknowledgementMessage",
    );
    // Ten updates in each run, and one that nobody sent.
    assert.equal(acknowledged.length, 22);
  } finally {
    await agent.close();
    await master.close();
  }
});
