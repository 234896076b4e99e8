/** Instances' hosts, and a name server that does not answer. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type SimulatedClock, silentLogger, simulatedClock } from "@tavola/host";
import { HostAddresses } from "./host-addresses.ts";

interface Fixture {
  readonly clock: SimulatedClock;
  readonly hosts: HostAddresses;
  /** What is asked for and not answered yet. */
  readonly asked: {
    readonly host: string;
    readonly answer: PromiseWithResolvers<readonly string[]>;
  }[];
}

function fixture(): Fixture {
  const clock = simulatedClock();
  const asked: Fixture["asked"] = [];
  const hosts = new HostAddresses({
    clock,
    logger: silentLogger,
    resolve(host) {
      const answer = Promise.withResolvers<readonly string[]>();
      asked.push({ host, answer });
      return answer.promise;
    },
  });
  return { clock, hosts, asked };
}

test("addressOf() asks for a host once, however many ask at a time and soon after", async () => {
  const { hosts, asked } = fixture();
  const answers = [hosts.addressOf("a.test"), hosts.addressOf("a.test")];
  asked[0]?.answer.resolve(["10.0.0.1"]);
  assert.deepEqual(await Promise.all(answers), ["10.0.0.1", "10.0.0.1"]);
  assert.equal(await hosts.addressOf("a.test"), "10.0.0.1");
  assert.equal(asked.length, 1);
});

test("addressOf() asks nobody for an address", async () => {
  const { hosts, asked } = fixture();
  assert.equal(await hosts.addressOf("::1"), "::1");
  assert.equal(asked.length, 0);
});

test("addressOf() waits in vain once, and has the answer when it has come", async () => {
  const { clock, hosts, asked } = fixture();
  const first = hosts.addressOf("a.test");
  clock.advance(1_000);
  assert.equal(await first, undefined);
  clock.advance(1_000);
  assert.equal(await hosts.addressOf("a.test"), undefined);
  assert.equal(asked.length, 1);
  asked[0]?.answer.resolve(["10.0.0.1"]);
  await asked[0]?.answer.promise;
  assert.equal(await hosts.addressOf("a.test"), "10.0.0.1");
});

test("addressOf() says where a host was last while nobody knows where it is", async () => {
  const { clock, hosts, asked } = fixture();
  const first = hosts.addressOf("a.test");
  asked[0]?.answer.resolve(["10.0.0.1"]);
  await first;
  clock.advance(10_000);
  const second = hosts.addressOf("a.test");
  asked[1]?.answer.reject(new Error("nobody knows"));
  assert.equal(await second, "10.0.0.1");
  clock.advance(1_000);
  assert.equal(await hosts.addressOf("a.test"), "10.0.0.1");
  asked[2]?.answer.resolve(["10.0.0.2"]);
  await asked[2]?.answer.promise;
  assert.equal(await hosts.addressOf("a.test"), "10.0.0.2");
});

test("addressOf() stays with an address for as long as the host has it, in whatever order it is said", async () => {
  const { clock, hosts, asked } = fixture();
  const found: (string | undefined)[] = [];
  for (const addresses of [["10.0.0.1", "10.0.0.2"], ["10.0.0.2", "10.0.0.1"], ["10.0.0.2"]]) {
    const answer = hosts.addressOf("a.test");
    asked.at(-1)?.answer.resolve(addresses);
    found.push(await answer);
    clock.advance(10_000);
  }
  assert.deepEqual(found, ["10.0.0.1", "10.0.0.1", "10.0.0.2"]);
});

test("addressOf() asks for who is lost once a second, whoever wants to know", async () => {
  const { clock, hosts, asked } = fixture();
  const first = hosts.addressOf("a.test");
  asked[0]?.answer.reject(new Error("nobody knows"));
  assert.equal(await first, undefined);
  for (let at = 0; at < 20; at += 1) {
    clock.advance(100);
    assert.equal(await hosts.addressOf("a.test"), undefined);
    asked.at(-1)?.answer.reject(new Error("nobody knows"));
    await asked.at(-1)?.answer.promise.catch(() => {});
  }
  assert.equal(asked.length, 3);
});
