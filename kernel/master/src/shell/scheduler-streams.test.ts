import assert from "node:assert/strict";
import test from "node:test";
import type { StreamSink } from "@tavola/host";
import { type MessageFormat, RecordDecoder } from "@tavola/protocol";
import { eventOf } from "../testing/event-stream.ts";
import { SchedulerStreams } from "./scheduler-streams.ts";

/** A client that takes `writesMax` chunks and then reads no more. */
function sink(writesMax = 1000) {
  const chunks: Uint8Array[] = [];
  let onClose = () => {};
  let closed = false;
  const close = () => {
    if (closed) return;
    closed = true;
    onClose();
  };
  const made: StreamSink = {
    write(chunk) {
      if (closed) return "closed";
      if (chunks.length === writesMax) {
        close();
        return "overflow";
      }
      chunks.push(chunk as Uint8Array);
      return "written";
    },
    end: close,
    get closed() {
      return closed;
    },
    onClose: (run) => {
      onClose = run;
    },
  };
  return { sink: made, chunks, close };
}

const event = { type: "ERROR", error: { message: "x" } } as const;

test("an event goes out as one record in each scheduler's own format", () => {
  const streams = new SchedulerStreams();
  const clients = (["json", "protobuf", "json"] as const).map((format, i) => {
    const client = sink();
    streams.open(`s${i}`, format, client.sink, () => {});
    return { ...client, format };
  });
  for (let i = 0; i < clients.length; i += 1) streams.send(`s${i}`, event);
  for (const { chunks, format } of clients) {
    assert.equal(chunks.length, 1);
    const [record] = new RecordDecoder().push(chunks[0] as Uint8Array).value ?? [];
    const decoded = eventOf(record as Uint8Array, format satisfies MessageFormat);
    assert.equal(decoded.type, event.type);
    assert.equal(decoded.error?.message, "x");
  }
  assert.equal(clients[0]?.chunks[0], clients[2]?.chunks[0], "encoded once per format");
});

test("a scheduler that reads too slowly is lost, once", () => {
  const streams = new SchedulerStreams();
  let lost = 0;
  streams.open("s", "json", sink(2).sink, () => {
    lost += 1;
  });
  for (let i = 0; i < 5; i += 1) streams.send("s", event);
  assert.equal(lost, 1);
});

test("a stream that we end is not reported as lost", () => {
  const streams = new SchedulerStreams();
  let lost = 0;
  const client = sink();
  streams.open("s", "json", client.sink, () => {
    lost += 1;
  });
  streams.close("s");
  assert.equal(client.sink.closed, true);
  assert.equal(lost, 0);
});
