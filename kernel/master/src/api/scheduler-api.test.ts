/**
 * The recorded refusals of a Mesos master, asked again of ours.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { createRouter } from "@tavola/host";
import { jsonType, type MessageFormat, protobufType } from "@tavola/protocol";
import type { MasterEvent } from "../core/events.ts";
import type { MasterState } from "../core/state.ts";
import { CoreFixture } from "../testing/core-fixture.ts";
import { type EventStream, eventOf, openEventStream } from "../testing/event-stream.ts";
import { startFakeAgent } from "../testing/fake-agent.ts";
import { Names, type RecordedLine, recordedLines } from "../testing/recorded-calls.ts";
import { ask } from "../testing/requests.ts";
import { startTestMaster, type TestMaster } from "../testing/test-master.ts";
import { createSchedulerRoutes } from "./scheduler-api.ts";

/** Notes of recorded requests that ours answers otherwise on purpose, and how. */
const deliberate: ReadonlyMap<string, { readonly status: number; readonly text: string }> = new Map(
  [
    // Mesos sends a body after the headers of an answer to HEAD, which breaks clients that keep the connection.
    ["HEAD", { status: 405, text: "" }],
  ],
);

/** Headers whose presence and value clients act on. */
const comparedHeaders = ["content-type", "allow", "location", "www-authenticate"];

class Replay {
  readonly #master: TestMaster;
  readonly #format: MessageFormat;
  readonly #names = new Names();
  readonly #streams = new Map<number, EventStream>();
  readonly #answers = new Map<number, EventStream>();
  readonly #notes = new Map<number, string>();
  readonly #lastEvent = new Map<number, string>();
  compared = 0;

  constructor(master: TestMaster, format: MessageFormat) {
    this.#master = master;
    this.#format = format;
  }

  async step(line: RecordedLine): Promise<void> {
    if (line.dir === "request") await this.#ask(line);
    else if (line.status !== undefined) this.#compareHead(line);
    else if (line.chunk !== undefined) await this.#compareEvent(line.conn, line.chunk);
    else if (line.end !== undefined) await this.#end(line.conn);
  }

  async #ask({ conn, method = "", path = "", headers = {}, body, note = "" }: RecordedLine) {
    const sent: Record<string, string> = {};
    for (const [name, value] of Object.entries(headers)) {
      if (name !== "Host" && name !== "Content-Length") sent[name] = this.#names.toOurs(value);
    }
    const isText = headers["Content-Type"] !== protobufType;
    const bytes =
      body && (isText ? Buffer.from(this.#names.toOurs(`${body}`)) : this.#names.bytesToOurs(body));
    // A text body that is no text (the other content type's) is sent as it is.
    const isBinary = isText && body !== undefined && !Buffer.from(`${body}`).equals(body);
    const answer = await openEventStream(
      this.#master.client,
      {
        url: this.#master.url + path,
        method,
        headers: sent,
        ...(bytes !== undefined && { body: isBinary && body ? body : bytes }),
      },
      this.#format,
    );
    this.#answers.set(conn, answer);
    this.#notes.set(conn, note);
    if (!answer.hasEnded) this.#streams.set(conn, answer);
  }

  #compareHead({ conn, status, headers = {}, body }: RecordedLine): void {
    const answer = this.#answers.get(conn);
    const note = this.#notes.get(conn) ?? "";
    assert.ok(answer, note);
    this.compared += 1;
    const different = deliberate.get(note);
    assert.equal(answer.status, different?.status ?? status, note);
    for (const name of comparedHeaders) {
      const recorded = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
      assert.equal(answer.headers[name], recorded, `${note}: ${name}`);
    }
    const streamId = headers["Mesos-Stream-Id"];
    assert.equal(answer.headers["mesos-stream-id"] !== undefined, streamId !== undefined, note);
    if (streamId !== undefined) {
      this.#names.add(streamId, answer.headers["mesos-stream-id"] ?? "");
    } else {
      const text = this.#names.toRecorded(answer.text);
      assert.equal(text, different?.text ?? `${body ?? ""}`, note);
    }
  }

  async #compareEvent(conn: number, chunk: Buffer): Promise<void> {
    const stream = this.#streams.get(conn) ?? this.#answers.get(conn);
    assert.ok(stream);
    const recorded = eventOf(chunk.subarray(chunk.indexOf("\n") + 1), this.#format);
    const { event: ours } = await stream.next();
    this.#lastEvent.set(conn, recorded.type ?? "");
    assert.equal(ours.type, recorded.type);
    assert.equal(ours.error?.message, recorded.error?.message);
    const id = recorded.subscribed?.framework_id.value;
    if (id !== undefined) this.#names.add(id, ours.subscribed?.framework_id.value ?? "");
    this.compared += 1;
  }

  /** Streams end after an ERROR or TEARDOWN; the others were broken off by the scheduler. */
  async #end(conn: number): Promise<void> {
    const stream = this.#streams.get(conn);
    if (stream === undefined) return;
    if (conn === 0 || this.#lastEvent.get(conn) === "ERROR") await stream.ended();
    else stream.abort();
  }
}

/** Both were recorded from one master, JSON first: a framework id used there is used up. */
test("the recorded refusals are answered as Mesos answered them, in JSON and protobuf", async () => {
  const master = await startTestMaster();
  const agent = await startFakeAgent(master.url);
  try {
    for (const format of ["json", "protobuf"] as const) {
      const replay = new Replay(master, format);
      for (const line of recordedLines(`refusals-${format}`)) await replay.step(line);
      assert.ok(replay.compared > 45, `${replay.compared} answers and events were compared`);
    }
  } finally {
    await agent.close();
    await master.close();
  }
});

/** Differs: a Mesos master ends itself on this call, so it is not in the recordings. */
test("a call of type UNKNOWN is not implemented", async () => {
  const master = await startTestMaster();
  const headers = { "Content-Type": jsonType };
  const info = { user: "root", name: "f" };
  const stream = await openEventStream(
    master.client,
    {
      url: `${master.url}/api/v1/scheduler`,
      headers,
      body: JSON.stringify({ type: "SUBSCRIBE", subscribe: { framework_info: info } }),
    },
    "json",
  );
  const framework_id = (await stream.next()).event.subscribed?.framework_id;
  const answer = await master.post(
    "/api/v1/scheduler",
    { ...headers, "Mesos-Stream-Id": stream.headers["mesos-stream-id"] ?? "" },
    JSON.stringify({ type: "UNKNOWN", framework_id }),
  );
  assert.equal(answer.status, 501);
  assert.equal(`${Buffer.from(await answer.body())}`, "501 Not Implemented.");
  stream.abort();
  await master.close();
});

/** The API over a state, without a server. */
function apiOver(state: MasterState) {
  const dispatched: MasterEvent[] = [];
  const routes = createSchedulerRoutes({
    state,
    streams: { open: () => {} },
    dispatch: (event) => dispatched.push(event),
    ask: async () => ({ status: 200 }),
  });
  return { handle: createRouter({ delegate: "master", routes }), dispatched };
}

test("a master that does not lead sends schedulers on before it looks at their call", async () => {
  const { state } = new CoreFixture();
  const { handle } = apiOver(state);
  state.leadership = { kind: "standby", leader: undefined };
  const nobody = await ask(handle, "/api/v1/scheduler", { method: "GET" });
  assert.equal(nobody.status, 503);
  assert.equal(nobody.text, "No leader elected");
  const leader = { id: "other", ip: 1, port: 5050, hostname: "leader" };
  state.leadership = { kind: "standby", leader };
  const redirected = await ask(handle, "/master/api/v1/scheduler", { method: "POST" });
  assert.equal(redirected.status, 307);
  assert.equal(redirected.headers["Location"], "//leader:5050/master/api/v1/scheduler");
  state.leadership = { kind: "recovering" };
  const recovering = await ask(handle, "/api/v1/scheduler", { method: "POST" });
  assert.equal(recovering.status, 503);
  assert.equal(recovering.text, "Master has not finished recovery");
});

test("a framework that is disconnected is told 403, whatever stream it names", async () => {
  const f = new CoreFixture();
  const framework = f.subscribe("s", { failover_timeout: 60 });
  f.handle({ kind: "streamClosed", stream: "s" });
  const { handle, dispatched } = apiOver(f.state);
  const answer = await ask(handle, "/api/v1/scheduler", {
    method: "POST",
    headers: { "Content-Type": jsonType, "Mesos-Stream-Id": "s" },
    body: JSON.stringify({ type: "REVIVE", framework_id: { value: framework.id } }),
  });
  assert.equal(answer.status, 403);
  assert.equal(answer.text, "Framework is not subscribed");
  assert.deepEqual(dispatched, []);
});
