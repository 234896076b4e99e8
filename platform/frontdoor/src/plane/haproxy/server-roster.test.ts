/** Who serves what, from one set of services to the next. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type SimulatedClock, silentLogger, simulatedClock } from "@tavola/host";
import type { Instance, Services } from "../../core/routing-table.ts";
import { HostAddresses } from "./host-addresses.ts";
import { ServerNames } from "./server-names.ts";
import { ServerRoster } from "./server-roster.ts";

interface Fixture {
  readonly clock: SimulatedClock;
  readonly roster: ServerRoster;
  /** Host to address; others are not found. */
  readonly hosts: Map<string, string>;
}

function fixture(): Fixture {
  const clock = simulatedClock();
  const hosts = new Map<string, string>();
  const addresses = new HostAddresses({
    clock,
    logger: silentLogger,
    async resolve(host) {
      const address = hosts.get(host);
      if (address === undefined) throw new Error("nobody knows");
      return [address];
    },
  });
  return { clock, hosts, roster: new ServerRoster(new ServerNames(addresses, undefined)) };
}

function web(...uris: readonly string[]): Services {
  const instances = uris.map((uri): Instance => ({ id: uri, uri, weight: 1, zone: undefined }));
  return new Map([["web", instances]]);
}

const [a, b] = ["http://10.0.0.1:80", "http://10.0.0.2:80"] as const;

test("apply() says who came and who went, and nothing of services that say the same", async () => {
  const { roster } = fixture();
  const [came] = await roster.apply(web(a));
  assert.deepEqual(
    came?.added.map(({ address }) => address),
    ["10.0.0.1:80"],
  );
  assert.deepEqual(await roster.apply(web(a)), []);
  const [went] = await roster.apply(new Map());
  assert.deepEqual(went?.removed, came?.added);
  assert.deepEqual([...roster.services], []);
});

test("apply() gives an instance that comes back another server: the former drains", async () => {
  const { roster } = fixture();
  await roster.apply(web(a, b));
  const [former] = roster.serversOf("web");
  await roster.apply(web(b));
  const [change] = await roster.apply(web(a, b));
  assert.deepEqual(
    change?.added.map(({ address }) => address),
    [former?.address],
  );
  assert.notEqual(change?.added[0]?.name, former?.name);
  assert.deepEqual(change?.removed, []);
});

test("apply() looks again for a host that was not found, though the services say the same", async () => {
  const { clock, hosts, roster } = fixture();
  const services = web(a, "http://late.test:80");
  await roster.apply(services);
  assert.equal(roster.lookAgain, "soon");
  assert.equal(roster.serversOf("web").length, 1);
  hosts.set("late.test", "10.0.0.9");
  // Who is lost is asked for beside what goes on, once a second.
  for (let at = 0; at < 2; at += 1) {
    clock.advance(1_000);
    await roster.apply(services);
  }
  assert.equal(roster.lookAgain, "later");
  assert.deepEqual(
    roster.serversOf("web").map(({ address }) => address),
    ["10.0.0.1:80", "10.0.0.9:80"],
  );
  assert.deepEqual(await roster.apply(services), []);
});

test("apply() gives an instance whose name means another address another server, when it looks again", async () => {
  const { clock, hosts, roster } = fixture();
  const services = web("http://moves.test:80");
  hosts.set("moves.test", "10.0.0.1");
  await roster.apply(services);
  assert.equal(roster.lookAgain, "later");
  hosts.set("moves.test", "10.0.0.2");
  clock.advance(30_000);
  assert.deepEqual(await roster.apply(services), []);
  const [change] = await roster.apply(services, { looksAgain: true });
  assert.deepEqual(
    [change?.removed, change?.added].map((servers) => servers?.map(({ address }) => address)),
    [["10.0.0.1:80"], ["10.0.0.2:80"]],
  );
  assert.notEqual(change?.removed[0]?.name, change?.added[0]?.name);
  await roster.apply(web(a));
  assert.equal(roster.lookAgain, undefined);
});

test("apply() hands a service on while an instance of it has a path", async () => {
  const { roster } = fixture();
  await roster.apply(web(a, `${b}/below`));
  assert.deepEqual([...roster.handedOn], ["web"]);
  await roster.apply(web(a));
  assert.deepEqual([...roster.handedOn], []);
});
