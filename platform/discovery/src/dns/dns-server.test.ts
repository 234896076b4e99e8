import assert from "node:assert/strict";
import { createSocket, Socket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { decode, encode, type Packet, streamDecode, streamEncode } from "dns-packet";
import fc from "fast-check";
import type { RunningDiscovery } from "../shell/start-discovery.ts";
import { announce, ask, DiscoveryFixture, patienceMs } from "../testing/discovery-fixture.ts";

interface Place {
  readonly ip: string;
  readonly port: number;
}

/** One datagram, sent again as clients do until there is an answer: a system may drop any of them. */
function askUdp({ ip, port }: Place, message: Uint8Array): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const socket = createSocket("udp4");
  const timer = setTimeout(() => reject(new Error("no answer")), patienceMs);
  const again = setInterval(() => socket.send(message, port, ip), 500);
  socket.on("message", resolve);
  socket.on("error", reject);
  socket.send(message, port, ip);
  return promise.finally(() => {
    clearTimeout(timer);
    clearInterval(again);
    socket.close();
  });
}

/** Several questions on one connection, and as many answers. */
function askTcp({ ip, port }: Place, messages: readonly Uint8Array[]): Promise<Packet[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Packet[]>();
  const answers: Packet[] = [];
  let received = Buffer.alloc(0);
  const socket = connect({ host: ip, port }, () => socket.write(Buffer.concat(messages)));
  socket.setTimeout(patienceMs, () => reject(new Error("no answer")));
  socket.on("error", reject);
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      const answer = streamDecode(received.subarray(0, end));
      if (answer !== null) answers.push(answer);
      received = received.subarray(end);
    }
    if (answers.length === messages.length) resolve(answers);
  });
  return promise.finally(() => socket.destroy());
}

type Asked = "A" | "AAAA" | "SRV" | "SOA" | "NS" | "TXT";

function question(name: string, type: Asked, more: Packet = {}): Packet {
  return { type: "query", id: 4711, flags: 256, questions: [{ name, type }], ...more };
}

interface Answered extends Packet {
  readonly rcode?: string;
  readonly flag_tc?: boolean;
  readonly flag_aa?: boolean;
  readonly flag_ra?: boolean;
}

describe("DNS in mesos-dns's names", () => {
  const fixture = new DiscoveryFixture();
  let server: RunningDiscovery;
  let place: Place;
  const look = async (name: string, type: Asked, more: Packet = {}): Promise<Answered> =>
    decode(await askUdp(place, encode(question(name, type, more)))) as Answered;
  const dataOf = (answer: Answered): unknown[] =>
    (answer.answers ?? []).map((each) => ("data" in each ? each.data : undefined));

  before(async () => {
    server = await fixture.start({ flags: ["--dns_port=0", "--dns_ttl=7", "--lease=1days"] });
    assert.ok(server.dns !== undefined);
    place = server.dns;
    for (const [at, host] of ["10.0.0.1", "10.0.0.2"].entries()) {
      await announce(server, {
        serviceType: "web",
        serviceUri: `http://${host}:3100${at}`,
        metadata: { taskId: `web.${at}`, agentId: `2b4c-S${at}`, agentHost: `192.168.0.${at + 1}` },
      });
    }
    await announce(server, { serviceType: "six", serviceUri: "http://[fd01::2]:8080" });
    await announce(server, {
      serviceType: "my_app.v2",
      serviceUri: "https://10.0.0.3",
      metadata: {
        framework: "Singularity.prod",
        ports: [
          { number: 31000, name: "http", protocol: "tcp" },
          { number: 31001, name: "stats", protocol: "udp" },
        ],
      },
    });
    for (let each = 0; each < 60; each += 1) {
      await announce(server, { serviceType: "many", serviceUri: `http://10.1.0.${each}:80` });
    }
  });

  after(() => fixture.close());

  test("A of a service is every instance's address, authoritative, with the time that was set", async () => {
    const answer = await look("Web.Marathon.MESOS", "A");
    assert.deepEqual(dataOf(answer).sort(), ["10.0.0.1", "10.0.0.2"]);
    assert.equal(answer.flag_aa, true);
    assert.equal(answer.flag_ra, false);
    assert.deepEqual(
      new Set(answer.answers?.map((each) => "ttl" in each && each.ttl)),
      new Set([7]),
    );
  });

  test("the order of answers changes from question to question", async () => {
    const orders = new Set<string>();
    for (let each = 0; each < 60; each += 1)
      orders.add(dataOf(await look("web.marathon.mesos", "A")).join());
    assert.equal(orders.size, 2);
  });

  test("AAAA of one that has IPv6 only, and no A of it", async () => {
    assert.deepEqual(dataOf(await look("six.marathon.mesos", "AAAA")), ["fd01::2"]);
    const none = await look("six.marathon.mesos", "A");
    assert.equal(none.rcode, "NOERROR");
    assert.deepEqual(none.answers, []);
    assert.equal(none.authorities?.[0]?.type, "SOA");
  });

  test("SRV names canonical targets, their addresses beside them, and these names resolve", async () => {
    const answer = await look("_web._tcp.marathon.mesos", "SRV");
    const targets = (answer.answers ?? []).map((each) =>
      each.type === "SRV" ? each.data : undefined,
    );
    assert.deepEqual(targets.map((each) => each?.port).sort(), [31000, 31001]);
    assert.equal(answer.additionals?.length, 2);
    for (const each of targets) {
      assert.match(each?.target ?? "", /^web-[a-z0-9]{5}-s[01]\.marathon\.mesos$/);
      const host = each?.port === 31000 ? "10.0.0.1" : "10.0.0.2";
      assert.deepEqual(dataOf(await look(each?.target ?? "", "A")), [host]);
    }
    assert.deepEqual((await look("_web._udp.marathon.mesos", "SRV")).rcode, "NXDOMAIN");
  });

  test("below .slave stand the agents", async () => {
    const addresses = dataOf(await look("web.marathon.slave.mesos", "A")).sort();
    assert.deepEqual(addresses, ["192.168.0.1", "192.168.0.2"]);
    const answer = await look("_web._tcp.marathon.slave.mesos", "SRV");
    for (const each of answer.answers ?? []) {
      assert.ok(each.type === "SRV" && /\.marathon\.slave\.mesos$/.test(each.data.target));
    }
  });

  test("framework, named ports and protocol come from the metadata, in labels that may be", async () => {
    const tcp = await look("_my-app-v2._tcp.singularity.prod.mesos", "SRV");
    assert.deepEqual(
      tcp.answers?.map((each) => each.type === "SRV" && each.data.port),
      [31000],
    );
    const named = await look("_stats._my-app-v2._udp.singularity.prod.mesos", "SRV");
    assert.deepEqual(
      named.answers?.map((each) => each.type === "SRV" && each.data.port),
      [31001],
    );
    assert.equal(
      (await look("_stats._my-app-v2._tcp.singularity.prod.mesos", "SRV")).rcode,
      "NXDOMAIN",
    );
    assert.deepEqual(dataOf(await look("my-app-v2.singularity.prod.mesos", "A")), ["10.0.0.3"]);
  });

  test("what is not there is NXDOMAIN with the SOA; what stands above names is there", async () => {
    const missing = await look("nobody.marathon.mesos", "A");
    assert.equal(missing.rcode, "NXDOMAIN");
    assert.equal(missing.authorities?.[0]?.type, "SOA");
    for (const name of [
      "marathon.mesos",
      "prod.mesos",
      "slave.mesos",
      "_tcp.marathon.mesos",
      "mesos",
    ]) {
      assert.equal((await look(name, "A")).rcode, "NOERROR", name);
    }
    assert.equal((await look("chronos.mesos", "A")).rcode, "NXDOMAIN");
  });

  test("a type that there are no records of is an empty answer, ANY is all there are", async () => {
    for (const type of ["TXT", "UNKNOWN_65"] as const) {
      const answer = await look("web.marathon.mesos", type as Asked);
      assert.deepEqual([answer.rcode, answer.answers], ["NOERROR", []]);
    }
    const all = await look("mesos", "ANY" as Asked);
    assert.deepEqual(all.answers?.map(({ type }) => type).sort(), ["NS", "SOA"]);
    assert.equal((await look("web.marathon.mesos", "ANY" as Asked)).answers?.length, 2);
  });

  test("SOA and NS of the domain, and the server that they name", async () => {
    const soa = await look("mesos", "SOA");
    assert.equal(soa.answers?.[0]?.type, "SOA");
    assert.deepEqual(dataOf(await look("mesos", "NS")), ["ns1.mesos"]);
    assert.deepEqual(dataOf(await look("ns1.mesos", "A")), ["127.0.0.1"]);
  });

  test("what does not fit into a datagram is cut and says so; TCP has all of it", async () => {
    const cut = await look("many.marathon.mesos", "A");
    assert.equal(cut.flag_tc, true);
    assert.ok((cut.answers?.length ?? 0) > 5 && (cut.answers?.length ?? 0) < 60);
    const larger = await look("many.marathon.mesos", "A", {
      additionals: [
        {
          type: "OPT",
          name: ".",
          udpPayloadSize: 1200,
          extendedRcode: 0,
          ednsVersion: 0,
          flags: 0,
          flag_do: false,
          options: [],
        },
      ],
    });
    assert.ok((larger.answers?.length ?? 0) > (cut.answers?.length ?? 0));
    assert.equal(larger.additionals?.at(-1)?.type, "OPT");
    const asked = ["many.marathon.mesos", "web.marathon.mesos"].map((name) =>
      streamEncode(question(name, "A")),
    );
    const [whole, second] = await askTcp(place, asked);
    assert.equal(whole?.answers?.length, 60);
    assert.equal(second?.answers?.length, 2);
  });

  test("a version of EDNS that nobody here knows is BADVERS (RFC 6891, 6.1.3)", async () => {
    const opt = { type: "OPT" as const, name: ".", udpPayloadSize: 1200, options: [] };
    const more = { extendedRcode: 0, flags: 0, flag_do: false };
    const versioned = (ednsVersion: number): Packet => ({
      additionals: [{ ...opt, ...more, ednsVersion }],
    });
    const answer = await look("web.marathon.mesos", "A", versioned(1));
    const [told] = answer.additionals ?? [];
    assert.ok(told?.type === "OPT");
    // 16: the lower four bits stand in the header.
    assert.deepEqual([told.extendedRcode, answer.rcode], [1, "NOERROR"]);
    assert.deepEqual([told.ednsVersion, answer.answers], [0, []]);
    const [known] = (await look("web.marathon.mesos", "A", versioned(0))).additionals ?? [];
    assert.ok(known?.type === "OPT" && known.extendedRcode === 0);
  });

  test("Node's resolver, which asks again over TCP, finds all of them", async () => {
    const resolver = new Resolver();
    resolver.setServers([`${place.ip}:${place.port}`]);
    assert.equal((await resolver.resolve4("many.marathon.mesos")).length, 60);
    const [srv] = await resolver.resolveSrv("_six._tcp.marathon.mesos");
    assert.equal(srv?.port, 8080);
    await assert.rejects(resolver.resolve4("nobody.marathon.mesos"), { code: "ENOTFOUND" });
  });

  test("outside the domain nobody is asked, unless somebody was named", async () => {
    assert.equal((await look("example.com", "A")).rcode, "REFUSED");
    const second = new DiscoveryFixture();
    try {
      const forwarding = await second.start({
        flags: ["--dns_port=0", "--dns_domain=other", `--dns_resolvers=${place.ip}:${place.port}`],
      });
      assert.ok(forwarding.dns !== undefined);
      const message = encode(question("web.marathon.mesos", "A"));
      const answer = decode(await askUdp(forwarding.dns, message)) as Answered;
      assert.equal(answer.id, 4711);
      assert.equal(answer.answers?.length, 2);
      const [overTcp] = await askTcp(forwarding.dns, [
        streamEncode(question("many.marathon.mesos", "A")),
      ]);
      assert.equal(overTcp?.answers?.length, 60);
    } finally {
      await second.close();
    }
  });

  test("what is no question is FORMERR or nothing, and the next one is answered all the same", async () => {
    const two = encode({
      type: "query",
      id: 1,
      questions: [
        { name: "web.marathon.mesos", type: "A" },
        { name: "six.marathon.mesos", type: "A" },
      ],
    });
    assert.equal((decode(await askUdp(place, two)) as Answered).rcode, "FORMERR");
    const update = encode({ ...question("web.marathon.mesos", "A"), flags: 5 << 11 });
    assert.equal((decode(await askUdp(place, update)) as Answered).rcode, "NOTIMP");
    const noText = encode(question("??.marathon.mesos", "A")).map((byte) =>
      byte === "?".charCodeAt(0) ? 0xff : byte,
    );
    const refused = decode(await askUdp(place, noText)) as Answered;
    assert.deepEqual([refused.rcode, refused.id, refused.questions], ["FORMERR", 4711, []]);
    const socket = createSocket("udp4");
    try {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (bytes) => {
          await new Promise((resolve) => socket.send(bytes, place.port, place.ip, resolve));
        }),
        { numRuns: 300 },
      );
    } finally {
      socket.close();
    }
    assert.equal(dataOf(await look("web.marathon.mesos", "A")).length, 2);
  });

  test("a datagram that is forged to come from port 0 is passed over, and ends nothing", async (t) => {
    const bind = t.mock.method(Socket.prototype, "bind");
    const { dns } = await fixture.start({ flags: ["--dns_port=0"] });
    assert.ok(dns !== undefined);
    const socket = bind.mock.calls.find((call) => call.arguments[0] === dns.port)?.this;
    assert.ok(socket instanceof Socket);
    const from = { address: "127.0.0.1", family: "IPv4", port: 0, size: 0 };
    socket.emit("message", Buffer.from(encode(question("web.marathon.mesos", "A"))), from);
    const answer = await askUdp(dns, encode(question("web.marathon.mesos", "A")));
    assert.equal((decode(answer) as Answered).rcode, "NOERROR");
  });

  test("an answer follows what is announced and withdrawn", async () => {
    const short = await announce(server, {
      serviceType: "short",
      serviceUri: "http://10.0.0.9:80",
    });
    assert.deepEqual(dataOf(await look("short.marathon.mesos", "A")), ["10.0.0.9"]);
    await announce(server, { ...short, serviceUri: "http://10.0.0.10:80" });
    assert.deepEqual(dataOf(await look("short.marathon.mesos", "A")), ["10.0.0.10"]);
    await ask(server, `/announcement/${short.announcementId}`, { method: "DELETE" });
    assert.equal((await look("short.marathon.mesos", "A")).rcode, "NXDOMAIN");
  });

  test("over HTTP it is mesos-dns's JSON", async () => {
    const get = async (path: string): Promise<unknown> =>
      JSON.parse((await ask(server, path)).text);
    assert.equal(((await get("/v1/version")) as { Service: string }).Service, "Mesos-DNS");
    assert.equal(((await get("/v1/config")) as { Domain: string }).Domain, "mesos");
    assert.deepEqual(await get("/v1/hosts/six.marathon.mesos"), [
      { host: "six.marathon.mesos.", ip: "fd01::2" },
    ]);
    assert.deepEqual(await get("/v1/hosts/nobody.marathon.mesos."), [{ host: "", ip: "" }]);
    const [service] = (await get("/v1/services/_six._tcp.marathon.mesos.")) as Record<
      string,
      string
    >[];
    assert.match(service?.["host"] ?? "", /^six-[a-z0-9]{5}\.marathon\.mesos\.$/);
    assert.deepEqual(
      { service: service?.["service"], ip: service?.["ip"], port: service?.["port"] },
      { service: "_six._tcp.marathon.mesos.", ip: "fd01::2", port: "8080" },
    );
    assert.deepEqual(await get("/v1/services/_nobody._tcp.marathon.mesos"), [
      { service: "", host: "", ip: "", port: "" },
    ]);
    const { frameworks } = (await get("/v1/enumerate")) as {
      frameworks: {
        name: string;
        tasks: { name: string; records: { name: string; rtype: string }[] }[];
      }[];
    };
    const prod = frameworks.find(({ name }) => name === "Singularity.prod");
    assert.deepEqual(
      prod?.tasks.map(({ name }) => name),
      ["my_app.v2"],
    );
    assert.ok(
      prod?.tasks[0]?.records.some(
        ({ name, rtype }) =>
          rtype === "SRV" && name === "_http._my-app-v2._tcp.singularity.prod.mesos.",
      ),
    );
  });
});
