import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import type { RunningDiscovery } from "../shell/start-discovery.ts";
import {
  announce,
  ask,
  DiscoveryFixture,
  fullUpdateOf,
  patienceMs,
  type UpdateJson,
} from "../testing/discovery-fixture.ts";

describe("the API of one server", () => {
  const fixture = new DiscoveryFixture();
  let server: RunningDiscovery;
  const post = (body: unknown, key?: string) =>
    ask(server, "/announcement", { method: "POST", body, ...(key === undefined ? {} : { key }) });

  before(async () => {
    server = await fixture.start({
      flags: [
        "--lease=1days",
        "--watch_timeout=200ms",
        "--announcements_max=1000",
        "--announcements_per_type_max=5",
        "--watchers_max=40",
      ],
    });
  });
  after(() => fixture.close());

  test("a watch without since is a full update that names the server itself", async () => {
    const update = await fullUpdateOf(server);
    assert.deepEqual(Object.keys(update), ["fullUpdate", "index", "deletes", "updates"]);
    assert.equal(update.fullUpdate, true);
    assert.deepEqual(update.deletes, []);
    const [own] = update.updates;
    assert.deepEqual([own?.serviceType, own?.serviceUri], ["discovery", server.url]);
  });

  test("since one above the index waits and is 204 without a body; what comes meanwhile is told", async () => {
    const { index } = await fullUpdateOf(server);
    const nothing = await ask(server, `/watch?since=${index + 1}`);
    assert.deepEqual([nothing.status, nothing.text], [204, ""]);
    const second = await fullUpdateOf(server);
    const told = ask(server, `/watch?since=${second.index + 1}`);
    const web = await announce(server, { serviceType: "told", serviceUri: "http://10.0.0.1" });
    let { status, text } = await told;
    // The wait is short; it may have been over before the announcement came.
    if (status === 204) ({ status, text } = await ask(server, `/watch?since=${second.index + 1}`));
    assert.equal(status, 200);
    const update = JSON.parse(text) as UpdateJson;
    assert.equal(update.fullUpdate, false);
    assert.equal(update.index, second.index + 1);
    assert.deepEqual(update.updates, [web]);
  });

  test("since -1, 0, far too old, or newer than ever given, is a full update", async () => {
    const { index } = await fullUpdateOf(server);
    for (const since of [-1, 0, 1, index + 2, "99999999999999999999"]) {
      const update = await fullUpdateOf(server, `?since=${since}`);
      assert.equal(update.fullUpdate, true, String(since));
      assert.equal(update.index, index);
    }
    for (const since of ["", "x", "1.5", "1e3", " 1"]) {
      const { status, text } = await ask(server, `/watch?since=${encodeURIComponent(since)}`);
      assert.equal(status, 400, since);
      assert.equal(JSON.parse(text).field, "since");
    }
  });

  test("the same id again is the same announcement; other content of it is an update", async () => {
    const first = await announce(server, {
      serviceType: "again",
      serviceUri: "http://10.0.0.1",
      extra: { a: [1] },
    });
    const { index } = await fullUpdateOf(server);
    assert.deepEqual(await announce(server, { ...first }), first);
    assert.equal((await fullUpdateOf(server)).index, index);
    const second = await announce(server, { ...first, feature: "v2" });
    assert.equal(second.announcementId, first.announcementId);
    const told = await fullUpdateOf(server, `?since=${index + 1}`);
    assert.deepEqual([told.fullUpdate, told.updates], [false, [second]]);
    const { instances } = JSON.parse((await ask(server, "/services/again:v2")).text);
    assert.deepEqual(instances, [{ announcement: second, weight: 1 }]);
    assert.deepEqual(JSON.parse((await ask(server, "/services/again:v1")).text).instances, []);
  });

  test("a client's own id is kept, whatever letters it has", async () => {
    const announcementId = "my id/ä?#%";
    await announce(server, {
      announcementId,
      serviceType: "own-id",
      serviceUri: "http://10.0.0.1",
    });
    const path = `/announcement/${encodeURIComponent(announcementId)}`;
    assert.equal(JSON.parse((await ask(server, path)).text).announcementId, announcementId);
    assert.equal((await ask(server, path, { method: "DELETE" })).status, 204);
    const again = await ask(server, path, { method: "DELETE" });
    assert.deepEqual([again.status, JSON.parse(again.text).field], [404, "announcementId"]);
  });

  test("what was announced with a key only its key renews, changes or withdraws", async () => {
    const mine = { announcementId: "mine", serviceType: "keyed", serviceUri: "http://10.0.0.1" };
    assert.equal((await post(mine, "s3cret")).status, 201);
    for (const key of [undefined, "other"]) {
      for (const body of [mine, { ...mine, serviceUri: "http://evil" }]) {
        const refused = await post(body, key);
        assert.deepEqual([refused.status, JSON.parse(refused.text).field], [403, "announcementId"]);
      }
      const refused = await ask(server, "/announcement/mine", {
        method: "DELETE",
        ...(key === undefined ? {} : { key }),
      });
      assert.equal(refused.status, 403);
    }
    assert.equal((await post(mine, "s3cret")).status, 201);
    const { text } = await ask(server, "/watch");
    assert.ok(!text.includes("s3cret"), "a key is told to nobody");
    assert.equal(
      (await ask(server, "/announcement/mine", { method: "DELETE", key: "s3cret" })).status,
      204,
    );
  });

  test("a key of several words is one, too", async () => {
    const mine = { announcementId: "words", serviceType: "keyed", serviceUri: "http://10.0.0.1" };
    assert.equal((await post(mine, "open sesame")).status, 201);
    const path = "/announcement/words";
    for (const key of [undefined, "open"]) {
      const withdrawal = { method: "DELETE", ...(key === undefined ? {} : { key }) };
      assert.equal((await ask(server, path, withdrawal)).status, 403);
    }
    assert.equal((await ask(server, path, { method: "DELETE", key: "open sesame" })).status, 204);
  });

  test("nobody announces, or withdraws, the discovery servers but they", async () => {
    const refused = await post({ serviceType: "discovery", serviceUri: "http://evil" });
    assert.deepEqual([refused.status, JSON.parse(refused.text).field], [403, "serviceType"]);
    const [own] = (await fullUpdateOf(server, "?serviceType=discovery")).updates;
    const path = `/announcement/${own?.announcementId}`;
    assert.equal((await ask(server, path, { method: "DELETE" })).status, 403);
    assert.equal((await ask(server, path, { method: "DELETE", key: "server" })).status, 403);
    assert.equal((await ask(server, path)).status, 200);
  });

  test("what is no announcement is 400 with the member that is wrong, too large a one 413", async () => {
    const cases: readonly (readonly [body: unknown, status: number, field?: string])[] = [
      ["{", 400],
      ["", 400],
      ["[]", 400],
      [{ serviceUri: "http://a" }, 400, "serviceType"],
      [{ serviceType: "web", serviceUri: "no uri" }, 400, "serviceUri"],
      [{ serviceType: "web", serviceUri: "http://a", metadata: 1 }, 400, "metadata"],
      [{ serviceType: "web", serviceUri: "http://a", metadata: { x: "x".repeat(40_000) } }, 413],
      ["x".repeat(2 * 1024 * 1024), 413],
    ];
    for (const [body, status, field] of cases) {
      const refused = await post(body);
      assert.equal(refused.status, status, refused.text);
      if (field !== undefined) assert.equal(JSON.parse(refused.text).field, field);
    }
  });

  test("too many of one type, too many watches: refused, with which limit it was", async () => {
    for (let each = 0; each < 5; each += 1) {
      await announce(server, { serviceType: "flood", serviceUri: `http://10.0.0.${each}` });
    }
    const refused = await post({ serviceType: "flood", serviceUri: "http://10.0.0.9" });
    assert.deepEqual([refused.status, JSON.parse(refused.text).field], [429, "serviceType"]);
    const { index } = await fullUpdateOf(server);
    const streams = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const aborter = new AbortController();
        const response = await fetch(`${server.url}/watch?since=${index + 1}`, {
          headers: { Accept: "text/event-stream" },
          signal: aborter.signal,
        });
        return { aborter, response };
      }),
    );
    const full = await ask(server, `/watch?since=${index + 1}`);
    assert.deepEqual([full.status, full.headers.get("retry-after")], [503, "1"]);
    for (const { aborter } of streams) aborter.abort();
    const from = performance.now();
    while ((await ask(server, `/watch?since=${index + 1}`)).status === 503) {
      assert.ok(performance.now() - from < patienceMs, "they are let go");
    }
  });

  test("filters choose by type, feature and metadata", async () => {
    for (const [zone, feature] of [
      ["a", "v1"],
      ["b", "v1"],
      ["a", "v2"],
    ]) {
      await announce(server, {
        serviceType: "zoned",
        serviceUri: "http://10.0.0.1",
        feature,
        metadata: { zone, weight: "3", deep: { n: 7 } },
      });
    }
    const countOf = async (query: string): Promise<number> =>
      JSON.parse((await ask(server, `/announcement?serviceType=zoned&${query}`)).text).length;
    const whole = JSON.parse((await ask(server, "/state")).text) as { serviceType: string }[];
    assert.equal(whole.filter(({ serviceType }) => serviceType === "zoned").length, 3);
    assert.equal(await countOf("feature=v1"), 2);
    assert.equal(await countOf("metadata.zone=a"), 2);
    assert.equal(await countOf("metadata.zone=a&feature=v2"), 1);
    assert.equal(await countOf("metadata.deep.n=7"), 3);
    assert.equal(await countOf("metadata.__proto__.n=7"), 0);
    const { instances } = JSON.parse((await ask(server, "/services/zoned?metadata.zone=b")).text);
    assert.deepEqual([instances.length, instances[0].weight, instances[0].zone], [1, 3, "b"]);
    const { services } = JSON.parse((await ask(server, "/services?serviceType=zoned")).text);
    assert.deepEqual(services, [{ serviceType: "zoned", features: ["v1", "v2"], instances: 3 }]);
    assert.equal((await ask(server, "/watch?serviceType=")).status, 400);
  });

  test("server-sent events tell everything, then each change, and go on from the last one", async () => {
    const aborter = new AbortController();
    const open = async (headers: Record<string, string>) => {
      const response = await fetch(`${server.url}/watch?serviceType=streamed`, {
        headers: { Accept: "text/event-stream", ...headers },
        signal: aborter.signal,
      });
      assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
      const decoder = new TextDecoder();
      let text = "";
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      return async (): Promise<{ readonly id: string; readonly update: UpdateJson }> => {
        for (;;) {
          const [, id = "", data = ""] =
            /event: update\nid: (\d+)\ndata: (.*)\n\n/.exec(text) ?? [];
          if (id !== "") {
            text = text.slice(text.indexOf(data) + data.length + 2);
            return { id, update: JSON.parse(data) as UpdateJson };
          }
          const { value, done } = await reader.read();
          assert.equal(done, false, "the stream goes on");
          text += decoder.decode(value, { stream: true });
        }
      };
    };
    const next = await open({});
    const first = await next();
    assert.equal(first.update.fullUpdate, true);
    const one = await announce(server, { serviceType: "streamed", serviceUri: "http://10.0.0.1" });
    assert.deepEqual((await next()).update.updates, [one]);
    const resumed = await open({ "Last-Event-ID": first.id });
    const { update } = await resumed();
    assert.deepEqual([update.fullUpdate, update.updates], [false, [one]]);
    await ask(server, `/announcement/${one.announcementId}`, { method: "DELETE" });
    assert.deepEqual((await next()).update.deletes, [one.announcementId]);
    assert.deepEqual((await resumed()).update.deletes, [one.announcementId]);
    aborter.abort();
  });

  test("other methods are 405 with what there is, other paths 404", async () => {
    const { status, headers } = await ask(server, "/announcement", { method: "PUT", body: {} });
    assert.deepEqual([status, headers.get("allow")], [405, "GET, POST"]);
    for (const path of ["/", "/nothing", "/constructor", "/v1/nothing", "/watch/more"]) {
      assert.equal((await ask(server, path)).status, 404, path);
    }
    assert.equal((await ask(server, "/announcement/%zz")).status, 400);
    assert.equal((await ask(server, "/metrics")).status, 200);
  });

  test("whatever is sent, nothing is answered 5xx, and the catalogue stays readable", async () => {
    const bodies = fc.oneof(
      fc.json(),
      fc.string({ unit: "binary" }),
      fc
        .record(
          {
            announcementId: fc.jsonValue(),
            serviceType: fc.oneof(fc.string(), fc.jsonValue()),
            serviceUri: fc.oneof(fc.webUrl(), fc.jsonValue()),
            feature: fc.jsonValue(),
            metadata: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((each) => JSON.stringify(each)),
    );
    await fc.assert(
      fc.asyncProperty(bodies, fc.constantFrom("/announcement", "/leases"), async (body, path) => {
        const { status, text } = await ask(server, path, { method: "POST", body });
        assert.ok(status < 500, text);
        if (status >= 400) assert.equal(typeof JSON.parse(text).error, "string");
      }),
      { numRuns: 150 },
    );
    assert.equal((await fullUpdateOf(server)).fullUpdate, true);
  });
});
