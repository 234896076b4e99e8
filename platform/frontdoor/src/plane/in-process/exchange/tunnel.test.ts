import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { type TestContext, test } from "node:test";
import { simulatedClock } from "@tavola/host";
import { joinTunnel } from "./tunnel.ts";

const piece = Buffer.alloc(16 * 1024);

/** An instance that has as much to send as is asked of it, and a client with so much room. */
function busyTunnel(context: TestContext, roomBytes: number) {
  const sent = { bytes: 0 };
  const instance = new Duplex({
    read() {
      sent.bytes += piece.length;
      this.push(piece);
    },
    write: (_piece, _encoding, done) => done(),
  });
  const taken: (() => void)[] = [];
  const client = new Duplex({
    writableHighWaterMark: roomBytes,
    read() {},
    write: (_piece, _encoding, done) => void taken.push(done),
  });
  joinTunnel(
    { client, instance, ahead: Buffer.alloc(0) },
    { clock: simulatedClock(), timeouts: { tunnelIdleMs: 1000, bodyIdleMs: 1000 } },
    () => {},
  );
  context.after(() => void instance.destroy());
  return { sent, taken };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a side of a tunnel that has much to send takes turns of 64 KiB", async (context) => {
  const { sent } = busyTunnel(context, 1024 * piece.length);
  let before = 0;
  for (let turns = 0; turns < 8; turns += 1) {
    await turn();
    // What it reads ahead is no more than a stream holds.
    assert.ok(sent.bytes - before <= 12 * piece.length, `${sent.bytes - before} in one turn`);
    assert.ok(sent.bytes > before, "it goes on");
    before = sent.bytes;
  }
});

test("a side that rests stays paused while the other has no room, and goes on when it has", async (context) => {
  const { sent, taken } = busyTunnel(context, 5 * piece.length);
  for (let turns = 0; turns < 20; turns += 1) await turn();
  const held = sent.bytes;
  assert.ok(held <= 16 * piece.length, `${held} for a client with little room`);
  for (let done = taken.shift(); done !== undefined && sent.bytes === held; done = taken.shift()) {
    done();
    await turn();
  }
  assert.ok(sent.bytes > held);
});
