import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { simulatedClock } from "@tavola/host";
import { HostAddresses } from "./host-addresses.ts";

const one = [{ address: "10.0.0.1", family: 4 }];

/** A resolver that is answered by hand. */
function started() {
  const clock = simulatedClock();
  const asked: { readonly host: string; readonly answer: (found: typeof one) => void }[] = [];
  const hosts = new HostAddresses(clock, (host) => {
    const { promise, resolve } = Promise.withResolvers<typeof one>();
    asked.push({ host, answer: resolve });
    return promise;
  });
  return { clock, asked, hosts };
}

test("a name that takes its time is waited for a second, and then not again", async () => {
  const { clock, asked, hosts } = started();
  const first = hosts.of("slow");
  clock.advance(1_000);
  assert.deepEqual(await first, []);
  assert.deepEqual(await hosts.of("slow"), [], "at once");
  asked[0]?.answer(one);
  await turn();
  assert.deepEqual(await hosts.of("slow"), one);
  assert.equal(asked.length, 1);
});

test("what was found is kept for a minute, and longer while it is asked for again in vain", async () => {
  const { clock, asked, hosts } = started();
  const first = hosts.of("host");
  asked[0]?.answer(one);
  assert.deepEqual(await first, one);
  clock.advance(60_000);
  const second = hosts.of("host");
  clock.advance(1_000);
  assert.deepEqual(await second, one);
  assert.deepEqual(await hosts.of("host"), one);
  asked[1]?.answer([]);
  await turn();
  assert.deepEqual(await hosts.of("host"), []);
  clock.advance(5_000);
  void hosts.of("host");
  assert.equal(asked.length, 3, "what is not there is asked for again sooner");
});

test("addresses are themselves, and nobody is asked", async () => {
  const { asked, hosts } = started();
  assert.deepEqual(await hosts.of("fd01::2"), [{ address: "fd01::2", family: 6 }]);
  assert.equal(asked.length, 0);
});
