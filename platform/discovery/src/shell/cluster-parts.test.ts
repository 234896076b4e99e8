import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { after, describe, test } from "node:test";
import { announce, ask, DiscoveryFixture } from "../testing/discovery-fixture.ts";

/** Nobody listens there. */
const master = "--master=127.0.0.1:1";

describe("masters that do not answer", () => {
  const fixture = new DiscoveryFixture();
  after(() => fixture.close());

  test("their names are SERVFAIL and 503, and all other names are as they were", async () => {
    const server = await fixture.start({ flags: ["--dns_port=0", "--lease=1days", master] });
    await announce(server, { serviceType: "web", serviceUri: "http://10.0.0.1" });
    const resolver = new Resolver({ tries: 1 });
    resolver.setServers([`${server.dns?.ip}:${server.dns?.port}`]);
    assert.deepEqual(await resolver.resolve4("web.marathon.mesos"), ["10.0.0.1"]);
    for (const name of ["leader.mesos", "slave.mesos", "master0.mesos"]) {
      await assert.rejects(resolver.resolve4(name), { code: "ESERVFAIL" }, name);
    }
    await assert.rejects(resolver.resolveSrv("_leader._tcp.mesos"), { code: "ESERVFAIL" });
    await assert.rejects(resolver.resolve4("chronos.mesos"), { code: "ENOTFOUND" });
    await assert.rejects(resolver.resolve4("none.marathon.mesos"), { code: "ENOTFOUND" });
    const { status, text } = await ask(server, "/v1/hosts/leader.mesos");
    assert.equal(status, 503);
    assert.match(text, /leading master/);
    const config = JSON.parse((await ask(server, "/v1/config")).text) as { Masters: unknown };
    assert.deepEqual(config.Masters, ["127.0.0.1:1"]);
  });

  test("what is no address of a master is refused at the start", async () => {
    const starting = fixture.start({ flags: ["--master=somewhere"] });
    await assert.rejects(starting, {
      code: "CONFIGURATION_INVALID",
      message: /--master: .*HOST:PORT/,
    });
  });

  test("a store's password is told to nobody", async () => {
    const server = await fixture.start({ flags: ["--master=zk://u:secret@127.0.0.1:1/mesos"] });
    const { text } = await ask(server, "/v1/config");
    assert.doesNotMatch(text, /secret/);
    assert.match(text, /"Zk":"zk:\/\/u@127.0.0.1:1\/mesos"/);
  });
});
