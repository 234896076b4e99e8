/** Rules and services decide where a request goes, and changes drop nothing. */

import assert from "node:assert/strict";
import { describe } from "node:test";
import { contractTests, post, request } from "./contract-test.ts";
import { allValues, firstValue } from "./message-reader.ts";
import type { CreatePlane } from "./plane-fixture.ts";
import { plainAnswer } from "./raw-backend.ts";
import { waitFor } from "./wait-for.ts";

export function routingContract(create: CreatePlane): void {
  const test = contractTests(create);
  describe("where a request goes", () => {
    test("before there are rules: 503, and when to come again", async ({ client }) => {
      const asked = client();
      asked.write(request("/x"));
      const answer = await asked.answer();
      assert.equal(answer.status, 503);
      assert.equal(firstValue(answer.fields, "retry-after"), "5");
    });

    test("by no rule: 404", async (plane) => {
      await plane.rules("REQUEST_URI=/only passthru web");
      const asked = plane.client();
      asked.write(request("/x"));
      assert.equal((await asked.answer()).status, 404);
    });

    test("to a service without an instance: 503, its name, and when to come again", async (plane) => {
      await plane.rules("REQUEST_URI=/* passthru timezone");
      const asked = plane.client();
      asked.write(request("/x"));
      const answer = await asked.answer();
      assert.equal(answer.status, 503);
      assert.match(answer.body, /timezone/);
      assert.match(firstValue(answer.fields, "retry-after") ?? "", /^[1-9]\d*$/);
    });

    test("by the first line that matches; the rest of the path goes on as it came", async (plane) => {
      const [a, b] = [await plane.backend({ name: "a" }), await plane.backend({ name: "b" })];
      await plane.serve({ a: [a], b: [b] });
      await plane.rules("REQUEST_URI=/api/a* passthru a\nREQUEST_URI=/api* passthru b strip=/api");
      const asked = plane.client();
      asked.write(request("/api/a/x?y=%20z"));
      assert.equal((await asked.answer()).body, "a");
      asked.write(request("/api/other?q"));
      assert.equal((await asked.answer()).body, "b");
      assert.deepEqual(
        [...a.requests(), ...b.requests()].map(({ target }) => target),
        ["/api/a/x?y=%20z", "/other?q"],
      );
    });

    test("rewrite, redirect and respond", async (plane) => {
      const backend = await plane.backend();
      await plane.serve({ web: [backend] });
      await plane.rules(
        [
          "REQUEST_URI=/old/* rewrite /new/*",
          "REQUEST_URI=/new/* passthru web",
          "REQUEST_URI=/away/* redirect 308 https://www.example.org/*",
          "REQUEST_URI=/teapot respond 418 short-and-stout",
        ].join("\n"),
      );
      const asked = plane.client();
      asked.write(request("/old/x?y"));
      assert.equal((await asked.answer()).status, 200);
      assert.equal(backend.requests()[0]?.target, "/new/x?y");
      asked.write(request("/away/x?y"));
      const away = await asked.answer();
      assert.equal(away.status, 308);
      assert.equal(firstValue(away.fields, "location"), "https://www.example.org/x?y");
      asked.write(request("/teapot"));
      const teapot = await asked.answer();
      assert.deepEqual([teapot.status, teapot.body], [418, "short-and-stout"]);
    });

    test("an escape that is no UTF-8 goes on as it came", async (plane) => {
      const backend = await plane.backend();
      await plane.serve({ web: [backend] });
      await plane.rules("REQUEST_PATH=/rp/* rewrite /y/*\nREQUEST_PATH=/y/* passthru web");
      const asked = plane.client();
      asked.write(request("/rp/caf%E9/%C3%A9%25?%E9"));
      assert.equal((await asked.answer()).status, 200);
      assert.equal(backend.requests()[0]?.target, "/y/caf%E9/%C3%A9%25?%E9");
    });

    test("a split by weight; its cookie keeps a client where it was", async (plane) => {
      const [a, b] = [await plane.backend({ name: "a" }), await plane.backend({ name: "b" })];
      await plane.serve({ a: [a], b: [b] });
      await plane.rules("REQUEST_URI=/* split a=50,b=50 sticky=canary");
      const asked = plane.client();
      const went = new Set<string>();
      for (let i = 0; i < 60; i += 1) {
        asked.write(request("/x"));
        went.add((await asked.answer()).body);
      }
      assert.deepEqual([...went].toSorted(), ["a", "b"]);
      asked.write(request("/x"));
      const first = await asked.answer();
      const cookie = /^canary=[^;]+/.exec(firstValue(first.fields, "set-cookie") ?? "")?.[0];
      assert.ok(cookie !== undefined, "there is a cookie");
      for (let i = 0; i < 10; i += 1) {
        asked.write(request("/x", `Cookie: other=1; ${cookie}\r\n`));
        assert.equal((await asked.answer()).body, first.body);
      }
    });

    test("a split has one cookie, of who answered, also for HTTP/1.0", async (plane) => {
      const [a, b] = [await plane.backend({ name: "a" }), await plane.backend({ name: "b" })];
      await plane.serve({ a: [a], b: [b] });
      await plane.rules("REQUEST_URI=/* split a=50,b=50 sticky=canary");
      const cookies = new Map<string, Set<string>>();
      for (let i = 0; i < 30; i += 1) {
        const asked = plane.client();
        asked.write("GET /x HTTP/1.0\r\nHost: www.example.com\r\n\r\n");
        const { body, fields } = await asked.answer();
        const [cookie = "", ...others] = allValues(fields, "set-cookie");
        assert.deepEqual(others, []);
        cookies.set(body, (cookies.get(body) ?? new Set()).add(cookie));
      }
      assert.deepEqual(
        [...cookies.values()].map(({ size }) => size),
        [1, 1],
      );
    });

    test("a copy to another service, whose answer goes nowhere", async (plane) => {
      const [web, copy] = [
        await plane.backend({ name: "web" }),
        await plane.backend({ answer: (_seen, socket) => socket.write(plainAnswer("copy")) }),
      ];
      await plane.serve({ web: [web], copy: [copy] });
      await plane.rules("REQUEST_URI=/* passthru web mirror=copy");
      const asked = plane.client();
      asked.write(post("/x", "body"));
      assert.equal((await asked.answer()).body, "web");
      await waitFor(
        () => copy.requests()[0]?.isComplete === true,
        () => "the copy",
      );
      assert.deepEqual(
        [web, copy].map((backend) => backend.requests().map(({ target, body }) => [target, body])),
        [[["/x", "body"]], [["/x", "body"]]],
      );
    });

    test("a connection outlives changed rules and services", async (plane) => {
      const [a, b] = [await plane.backend({ name: "a" }), await plane.backend({ name: "b" })];
      await plane.serve({ web: [a] });
      await plane.rules("REQUEST_URI=/* passthru web");
      const asked = plane.client();
      asked.write(request("/1"));
      assert.equal((await asked.answer()).body, "a");
      await plane.serve({ web: [b] });
      asked.write(request("/2"));
      assert.equal((await asked.answer()).body, "b");
      await plane.rules("REQUEST_URI=/* respond 200 none");
      asked.write(request("/3"));
      assert.equal((await asked.answer()).body, "none");
    });

    test("an instance that was withdrawn ends what it has", async (plane) => {
      let finish: () => void = () => {};
      const slow = await plane.backend({
        answer: (_seen, socket) => {
          socket.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nsl");
          finish = () => socket.write("ow");
        },
      });
      const other = await plane.backend({ name: "other" });
      await plane.serve({ web: [slow] });
      await plane.rules("REQUEST_URI=/* passthru web");
      const asked = plane.client();
      asked.write(request("/x"));
      await asked.until((text) => text.endsWith("sl"));
      await plane.serve({ web: [other] });
      const second = plane.client();
      second.write(request("/y"));
      assert.equal((await second.answer()).body, "other");
      finish();
      assert.equal((await asked.answer()).body, "slow");
    });

    test("what is told of a request: once, with what it came to", async (plane) => {
      const backend = await plane.backend({ name: "hello" });
      await plane.serve({ web: [backend] });
      await plane.rules("# a comment\nREQUEST_URI=/* passthru web");
      const asked = plane.client();
      asked.write(post("/x?y", "12345"));
      await asked.answer();
      await waitFor(
        () => plane.ended.length > 0,
        () => "the observer",
      );
      assert.equal(plane.ended.length, 1);
      const [told] = plane.ended;
      assert.deepEqual(
        [told?.method, told?.uri, told?.line, told?.service, told?.status, told?.retries],
        ["POST", "/x?y", 2, "web", 200, 0],
      );
      assert.equal(told?.instance, backend.uri);
      assert.equal(told?.remoteAddress, "127.0.0.1");
      assert.equal(told?.responseBytes, 5);
    });
  });
}
