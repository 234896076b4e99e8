/** Where instances and clients are: IPv6 on either side, zones, names, and proxies that are believed. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, test } from "node:test";
import type { PlaneOptions } from "../plane-options.ts";
import { contractTests, request } from "./contract-test.ts";
import { allValues } from "./message-reader.ts";
import { type CreatePlane, type PlaneFixture, planeFixture } from "./plane-fixture.ts";
import { waitFor } from "./wait-for.ts";

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === "::1"),
);

const onIpv6: Partial<PlaneOptions> = {
  listen: { ip: "::1", httpPort: 0, httpsPort: undefined, certificates: [] },
};

/** A port that refuses. */
async function nobodysPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function bodyOf(plane: PlaneFixture, fields = ""): Promise<string> {
  const asked = plane.client();
  asked.write(request("/x", `Connection: close\r\n${fields}`));
  const { status, body } = await asked.answer();
  return status === 200 ? body : String(status);
}

/** What so many requests were answered with. */
async function bodiesOf(plane: PlaneFixture, count: number): Promise<ReadonlySet<string>> {
  const bodies = new Set<string>();
  for (let at = 0; at < count; at += 1) bodies.add(await bodyOf(plane));
  return bodies;
}

export function instancesContract(create: CreatePlane): void {
  const ordinary = contractTests(create);
  const skip = hasIpv6 ? false : "this machine has no IPv6";

  describe("addresses", () => {
    test("an instance on IPv6", { skip }, async (context) => {
      const plane = await planeFixture(context, create);
      if (plane === undefined) return;
      const backend = await plane.backend({ name: "six", ip: "::1" });
      await plane.serve({ web: [backend] });
      await plane.rules("REQUEST_URI=/* passthru web");
      assert.match(backend.uri, /^http:\/\/\[::1\]:\d+$/);
      assert.equal(await bodyOf(plane), "six");
      await plane.serve({ web: [await plane.backend({ name: "four" })] });
      assert.equal(await bodyOf(plane), "four");
    });

    test("clients on IPv6, as rules and instances see them", { skip }, async (context) => {
      const plane = await planeFixture(context, create, onIpv6);
      if (plane === undefined) return;
      const backend = await plane.backend();
      await plane.serve({ web: [backend] });
      await plane.rules("REMOTE_ADDR=::/64 passthru web\nREQUEST_URI=/* respond 403 no");
      assert.match(plane.plane.urls[0] ?? "", /^http:\/\/\[::1\]:\d+$/);
      assert.equal(await bodyOf(plane), "backend");
      const [seen] = backend.requests();
      assert.deepEqual(allValues(seen?.fields ?? [], "x-forwarded-for"), ["::1"]);
      assert.match(allValues(seen?.fields ?? [], "forwarded").join(), /^for="\[::1\]";/);
      await waitFor(
        () => plane.ended.length === 1,
        () => "the observer",
      );
      assert.equal(plane.ended[0]?.remoteAddress, "::1");
    });

    test("clients on IPv4 where both are listened to are known by their IPv4 address", {
      skip,
    }, async (context) => {
      const plane = await planeFixture(context, create, {
        listen: { ip: "::", httpPort: 0, httpsPort: undefined, certificates: [] },
        trustedProxies: ["10.0.0.0/8"],
      });
      if (plane === undefined) return;
      const backend = await plane.backend();
      await plane.serve({ web: [backend] });
      await plane.rules("REMOTE_ADDR=127.0.* REMOTE_ADDR=127.0.0.0/8 passthru web");
      const asked = plane.client({
        to: `http://127.0.0.1:${new URL(plane.plane.urls[0] ?? "").port}`,
      });
      asked.write(request("/x", "X-Forwarded-For: 192.0.2.7\r\nConnection: close\r\n"));
      assert.equal((await asked.answer()).body, "backend");
      const [seen] = backend.requests();
      assert.deepEqual(allValues(seen?.fields ?? [], "x-forwarded-for"), ["127.0.0.1"]);
      assert.match(allValues(seen?.fields ?? [], "forwarded").join(), /^for=127\.0\.0\.1;/);
      await waitFor(
        () => plane.ended.length === 1,
        () => "the observer",
      );
      assert.equal(plane.ended[0]?.remoteAddress, "127.0.0.1");
    });

    test("a client on IPv6 that is a trusted proxy, and one that is none", {
      skip,
    }, async (context) => {
      for (const [trusted, expected] of [
        ["2001:db8::/32", "::1"],
        ["::/96", "192.0.2.7, ::1"],
      ] as const) {
        const options = { ...onIpv6, trustedProxies: ["192.0.2.0/24", trusted] };
        const plane = await planeFixture(context, create, options);
        if (plane === undefined) return;
        const backend = await plane.backend();
        await plane.serve({ web: [backend] });
        await plane.rules("REQUEST_URI=/* passthru web");
        assert.equal(await bodyOf(plane, "X-Forwarded-For: 192.0.2.7\r\n"), "backend");
        const [seen] = backend.requests();
        assert.equal(allValues(seen?.fields ?? [], "x-forwarded-for").join(", "), expected);
      }
    });

    ordinary(
      "one of several trusted networks is believed, others are not",
      async (plane) => {
        const backend = await plane.backend();
        await plane.serve({ web: [backend] });
        await plane.rules("REQUEST_URI=/* passthru web");
        assert.equal(await bodyOf(plane, "X-Forwarded-For: 192.0.2.7\r\n"), "backend");
        const [seen] = backend.requests();
        const all = allValues(seen?.fields ?? [], "x-forwarded-for").join(", ");
        assert.equal(all, "192.0.2.7, 127.0.0.1");
      },
      // As many as who stands behind several clouds has.
      {
        trustedProxies: [
          ...Array.from({ length: 100 }, (_, at) => `10.${at}.0.0/16`),
          ...["2001:db8::/32", "127.0.0.1"],
        ],
      },
    );

    ordinary("an instance by its name", async (plane) => {
      const backend = await plane.backend({ name: "named" });
      await plane.serve({ web: [{ uri: `http://localhost:${backend.port}` }] });
      await plane.rules("REQUEST_URI=/* passthru web");
      assert.equal(await bodyOf(plane), "named");
    });

    ordinary("a name that is nobody's hides no other instance", async (plane) => {
      const backend = await plane.backend();
      await plane.serve({ web: [{ uri: "http://nobody.invalid" }, backend] });
      await plane.rules("REQUEST_URI=/* passthru web");
      assert.deepEqual([...(await bodiesOf(plane, 6))], ["backend"]);
    });
  });

  describe("zones", () => {
    const zone = { zone: "here" };

    ordinary(
      "instances of our own are preferred, others when there are none",
      async (plane) => {
        const [near, far] = [
          await plane.backend({ name: "near" }),
          await plane.backend({ name: "far" }),
        ];
        await plane.rules("REQUEST_URI=/* passthru web");
        const both = [
          { uri: far.uri, zone: "there" },
          { uri: near.uri, zone: "here" },
        ];
        await plane.serve({ web: both });
        assert.deepEqual([...(await bodiesOf(plane, 20))], ["near"]);
        await plane.serve({ web: both.slice(0, 1) });
        assert.deepEqual([...(await bodiesOf(plane, 3))], ["far"]);
        await plane.serve({ web: both });
        assert.deepEqual([...(await bodiesOf(plane, 20))], ["near"]);
        await plane.serve({ web: [{ uri: far.uri }] });
        assert.deepEqual([...(await bodiesOf(plane, 3))], ["far"]);
      },
      zone,
    );

    ordinary(
      "others are asked when none of our own takes a connection",
      async (plane) => {
        const [one, two] = [
          await plane.backend({ name: "far" }),
          await plane.backend({ name: "far" }),
        ];
        await plane.rules("REQUEST_URI=/* passthru web");
        const near = { uri: `http://127.0.0.1:${await nobodysPort()}`, zone: "here" };
        await plane.serve({ web: [near, { uri: one.uri }, { uri: two.uri, zone: "there" }] });
        assert.deepEqual([...(await bodiesOf(plane, 6))], ["far"]);
      },
      zone,
    );
  });
}
