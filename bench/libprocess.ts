/**
 * How many one-way libprocess messages a second go from one process to another.
 *
 * Workload: this process sends messages of 200 bytes of body to a receiver in a process of its own
 * over one loopback connection, through the same endpoint and messenger that master and agent use.
 * At most 10,000 messages are under way; the receiver reports how far it is, out of band. 20,000 to
 * warm up, then three rounds of 100,000, timed at the receiver from the first message of a round to
 * its last; the median round counts.
 */

import { fork } from "node:child_process";
import { type Endpoint, openEndpoint, silentLogger } from "@tavola/host";
import { report } from "./report.ts";

const bodyBytes = 200;
const underWayMax = 10_000;
const reportEvery = 1000;
const warmUpMessages = 20_000;
const roundMessages = 100_000;
const rounds = 3;
/** Sent within one turn of the event loop; a master answers about so many agents in one. */
const messagesPerTurn = 100;

function open(onMessage: () => void): Promise<Endpoint> {
  return openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    onRequest: () => ({ status: 404 }),
    onMessage: () => {
      onMessage();
      return "accepted";
    },
    logger: silentLogger,
  });
}

/** What the receiver tells: its port first, then how many it has, and when it got the latest. */
type Told = { readonly port: number } | { readonly count: number; readonly atMs: number };

async function receive(): Promise<void> {
  const tell = (told: Told): void => void process.send?.(told);
  let count = 0;
  const endpoint = await open(() => {
    count += 1;
    if (count % reportEvery === 1 || count % reportEvery === 0) {
      tell({ count, atMs: performance.now() });
    }
  });
  process.once("disconnect", () => void endpoint.close());
  tell({ port: endpoint.port });
}

async function send(): Promise<void> {
  const receiver = fork(import.meta.filename, ["--receive"]);
  const endpoint = await open(() => {});
  try {
    const marks = new Map<number, number>();
    let received = 0;
    const port = await new Promise<number>((resolve) => {
      receiver.on("message", (told: Told) => {
        if ("port" in told) return resolve(told.port);
        received = told.count;
        marks.set(told.count, told.atMs);
      });
    });
    const to = { id: "receiver", host: "127.0.0.1", port };
    const body = new Uint8Array(bodyBytes).fill(7);
    let sent = 0;
    const sendUntil = async (total: number): Promise<void> => {
      while (received < total) {
        for (let i = 0; i < messagesPerTurn && sent < total; i += 1) {
          if (sent - received >= underWayMax) break;
          endpoint.messenger.send("sender", to, "tavola.bench.Message", body);
          sent += 1;
        }
        await new Promise(setImmediate);
      }
    };
    await sendUntil(warmUpMessages);
    const rates: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const before = sent;
      await sendUntil(before + roundMessages);
      const first = marks.get(before + 1) ?? Number.NaN;
      const last = marks.get(before + roundMessages) ?? Number.NaN;
      rates.push((roundMessages / (last - first)) * 1000);
    }
    rates.sort((a, b) => a - b);
    report("libprocess", `${bodyBytes}-byte messages, one connection, two processes, loopback`, [
      { name: "one-way", value: rates[Math.floor(rates.length / 2)] ?? 0, unit: "messages/s" },
    ]);
  } finally {
    await endpoint.close();
    receiver.disconnect();
  }
}

await (process.argv.includes("--receive") ? receive() : send());
