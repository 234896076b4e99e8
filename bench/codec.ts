/**
 * How fast messages go through the codec: OFFERS events of a scheduler's stream, 568 bytes each.
 *
 * Workload: a thousand different events, each one offer of an agent with 48 cpus, 262,144 MB, a disk,
 * a range of ports and five attributes, to a framework with MULTI_ROLE; they differ in the ids of
 * offer and agent, as in a real cluster. Each is encoded from the message in memory and decoded to
 * one, in turn; what is measured is the median of nine rounds of a fifth of a second, after as long a
 * warm-up. The same through protobufjs (reflection, compiled by it at run time), protobuf-es and, as
 * text, through Mesos's JSON.
 */

import {
  decodeMessage,
  encodeMessage,
  formatMessageJson,
  parseMessageJson,
  scheduler,
} from "@tavola/protocol";
import { type Peer, protobufEs, protobufJs } from "./codec/peers.ts";
import { type BenchResult, percentile, report } from "./report.ts";

const messageBytes = 568;
const eventCount = 1000;
const rounds = 9;
const roundMs = 200;

const master = "43ac8d8d-9ebe-4fa2-bd02-07934ff59a86";

/** Ids keep their length, so that every event is of the same size. */
function offersEvent(n: number): scheduler.Event {
  const allocation_info = { role: "services" };
  const scalar = (name: string, value: number) =>
    ({ name, type: "SCALAR", scalar: { value }, allocation_info }) as const;
  const text = (name: string, value: string) => ({ name, type: "TEXT", text: { value } }) as const;
  const hostname = `agent-${n + 1000}.eu-west-1.example.net`;
  return {
    type: "OFFERS",
    offers: {
      offers: [
        {
          id: { value: `${master}-O${n + 1000}` },
          framework_id: { value: `${master}-0001` },
          agent_id: { value: `${master}-S${n + 1000}` },
          hostname,
          resources: [
            {
              name: "ports",
              type: "RANGES",
              ranges: { range: [{ begin: 31000, end: 32000 }] },
              allocation_info,
            },
            scalar("cpus", 48),
            scalar("mem", 262_144),
            scalar("disk", 1_000_000),
          ],
          attributes: [
            text("rack", "r1"),
            text("zone", "eu-west-1a"),
            text("kernel", "6.12"),
            text("pool", "general"),
            { name: "level", type: "SCALAR", scalar: { value: 10 } },
          ],
          url: {
            scheme: "http",
            address: { hostname, ip: "10.20.30.40", port: 5051 },
            path: "/slave(1)",
          },
          executor_ids: [0, 1].map((i) => ({
            value: `services-api-production-${1_000_000 + 2 * n + i}`,
          })),
          allocation_info,
        },
      ],
    },
  };
}

/** Runs per second: the median round, each as many whole passes over the events as fit its time. */
function rate(run: (index: number) => unknown): number {
  const passesFor = (ms: number): number => {
    const start = performance.now();
    let passes = 0;
    for (; performance.now() - start < ms; passes++)
      for (let index = 0; index < eventCount; index++) run(index);
    return (passes * eventCount * 1000) / (performance.now() - start);
  };
  passesFor(rounds * roundMs);
  return percentile(
    Array.from({ length: rounds }, () => passesFor(roundMs)),
    0.5,
  );
}

/** An encoder and a decoder of one library, over messages in the form that it likes best. */
function measure<M>(
  name: string,
  messages: readonly M[],
  encode: (message: M) => unknown,
  decode: (index: number) => unknown,
): BenchResult[] {
  const perSecond = (value: number) => ({ value, unit: "messages/s" });
  return [
    { name: `${name}-encode`, ...perSecond(rate((i) => encode(messages[i] as M))) },
    { name: `${name}-decode`, ...perSecond(rate(decode)) },
  ];
}

const type = scheduler.Event;
const events = Array.from({ length: eventCount }, (_, n) => offersEvent(n));
const encoded = events.map((event) => Buffer.from(encodeMessage(type, event)));
const texts = events.map((event) => formatMessageJson(type, event));
const bytesOf = (i: number) => encoded[i] as Buffer;
const wrong = encoded.find((bytes) => bytes.length !== messageBytes);
if (wrong !== undefined) throw new Error(`an event has ${wrong.length} bytes`);

function measurePeer(name: string, peer: Peer): BenchResult[] {
  const messages = encoded.map((bytes) => peer.decode(bytes));
  if (!encoded.every((bytes, i) => bytes.equals(peer.encode(messages[i]))))
    throw new Error(`${name} writes other bytes`);
  return measure(name, messages, peer.encode, (i) => peer.decode(bytesOf(i)));
}

report(
  "codec",
  `${eventCount} different OFFERS events of ${messageBytes} bytes, one offer each, in turn`,
  [
    ...measure(
      "offers",
      events,
      (event) => encodeMessage(type, event),
      (i) => decodeMessage(type, bytesOf(i)),
    ),
    ...measurePeer("protobufjs", protobufJs(type.typeName)),
    ...measurePeer("protobuf-es", protobufEs(type.typeName)),
    ...measure(
      "json",
      events,
      (event) => formatMessageJson(type, event),
      (i) => parseMessageJson(type, texts[i] as string),
    ),
  ],
);
