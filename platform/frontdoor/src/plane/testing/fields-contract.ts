/** What of a head goes through, what is ours to say, and what ends with a connection. */

import assert from "node:assert/strict";
import { describe } from "node:test";
import { contractTests, request } from "./contract-test.ts";
import { allValues, firstValue } from "./message-reader.ts";
import type { CreatePlane, PlaneFixture } from "./plane-fixture.ts";
import { plainAnswer, type RawBackend, type SeenRequest } from "./raw-backend.ts";

async function web(plane: PlaneFixture, options = "", answer?: string): Promise<RawBackend> {
  const backend = await plane.backend(
    answer === undefined ? {} : { answer: (_seen, socket) => socket.write(answer) },
  );
  await plane.serve({ web: [backend] });
  await plane.rules(`REQUEST_URI=/* passthru web ${options}`);
  return backend;
}

async function seenFor(plane: PlaneFixture, fields: string): Promise<SeenRequest> {
  const backend = await web(plane);
  const asked = plane.client();
  asked.write(request("/x", fields));
  assert.equal((await asked.answer()).status, 200);
  return backend.requests()[0] as SeenRequest;
}

export function fieldsContract(create: CreatePlane): void {
  const test = contractTests(create);
  describe("the fields of a request", () => {
    test("go on as they came, in their order, with the Host that was asked for", async (plane) => {
      const { fields } = await seenFor(plane, "Accept: a\r\nX-One: 1\r\nAccept: b\r\nX-Empty:\r\n");
      assert.equal(firstValue(fields, "host"), "www.example.com");
      assert.deepEqual(allValues(fields, "accept").join(", "), "a, b");
      assert.equal(firstValue(fields, "x-one"), "1");
      assert.equal(firstValue(fields, "x-empty"), "");
    });

    test("who asked, in X-Forwarded-* and Forwarded", async (plane) => {
      const { fields } = await seenFor(plane, "");
      assert.equal(firstValue(fields, "x-forwarded-for"), "127.0.0.1");
      assert.equal(firstValue(fields, "x-forwarded-proto"), "http");
      assert.equal(firstValue(fields, "x-forwarded-host"), "www.example.com");
      assert.equal(
        firstValue(fields, "forwarded")?.replaceAll('"', ""),
        "for=127.0.0.1;host=www.example.com;proto=http",
      );
    });

    test("what a stranger says of who asked is not handed on", async (plane) => {
      const { fields } = await seenFor(
        plane,
        "X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\n" +
          "Forwarded: for=10.0.0.1\r\nX-Forwarded-For: 10.0.0.2\r\nX-Forwarded-Port: 1\r\n",
      );
      const all = JSON.stringify(fields);
      assert.doesNotMatch(all, /10\.0\.0\.|evil|forwarded-port/);
      assert.deepEqual(allValues(fields, "x-forwarded-proto"), ["http"]);
    });

    test(
      "what a trusted proxy says of who asked is added to",
      async (plane) => {
        const { fields } = await seenFor(
          plane,
          "X-Forwarded-For: 192.0.2.7\r\nForwarded: for=192.0.2.7\r\nX-Forwarded-Proto: https\r\n",
        );
        const forwardedFor = allValues(fields, "x-forwarded-for").join(", ");
        assert.equal(forwardedFor, "192.0.2.7, 127.0.0.1");
        assert.match(
          allValues(fields, "forwarded").join(", "),
          /^for=192\.0\.2\.7, ?for="?127\.0\.0\.1/,
        );
        assert.deepEqual(allValues(fields, "x-forwarded-proto"), ["https"]);
      },
      { trustedProxies: ["127.0.0.0/8"] },
    );

    test("a trace is passed on, with its state", async (plane) => {
      const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
      const { fields } = await seenFor(plane, `traceparent: ${parent}\r\ntracestate: a=1,b=2\r\n`);
      assert.deepEqual(allValues(fields, "traceparent"), [parent]);
      assert.deepEqual(allValues(fields, "tracestate"), ["a=1,b=2"]);
    });

    test("a trace is begun where none came", async (plane) => {
      const { fields } = await seenFor(plane, "");
      assert.match(firstValue(fields, "traceparent") ?? "", /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
    });

    test("what CGI takes for a header that some rule asks for is not handed on", async (plane) => {
      const backend = await plane.backend();
      await plane.serve({ web: [backend] });
      const fields =
        "X_Tenant: admin\r\nX-Tenant: t1\r\nx-Tenant_id: 7\r\nX_TENANT_ID: 8\r\nX_Other: 1\r\n";
      const seen = async (rules: string): Promise<readonly string[]> => {
        await plane.rules(rules);
        const asked = plane.client();
        asked.write(request("/x", fields));
        assert.equal((await asked.answer()).status, 200);
        const names = (backend.requests().at(-1)?.fields ?? []).map(([name]) => name.toLowerCase());
        return names.filter((name) => /tenant|other/.test(name));
      };
      const asking = "HTTP_X_TENANT=admin respond 403\nREQUEST_URI=/* passthru web";
      assert.deepEqual(await seen(asking), ["x-tenant", "x-tenant_id", "x_tenant_id", "x_other"]);
      // Also where HAProxy itself cannot ask it.
      const unknown = 'HTTP_X_TENANT_ID="é" respond 403\nREQUEST_URI=/* passthru web';
      assert.deepEqual(await seen(unknown), ["x_tenant", "x-tenant", "x_other"]);
      const all = ["x_tenant", "x-tenant", "x-tenant_id", "x_tenant_id", "x_other"];
      assert.deepEqual(await seen("REQUEST_URI=/* passthru web"), all);
    });

    test("a connection's own end here, also those that Connection names", async (plane) => {
      const { fields } = await seenFor(
        plane,
        "Connection: keep-alive, X-Hop, Content-Length, Host\r\nKeep-Alive: timeout=9\r\nX-Hop: 1\r\n" +
          "Proxy-Connection: keep-alive\r\nProxy: http://evil.example\r\nTE: gzip\r\nX-Kept: 1\r\n",
      );
      const names = fields.map(([name]) => name);
      for (const gone of ["x-hop", "keep-alive", "proxy-connection", "proxy", "te"]) {
        assert.ok(!names.includes(gone), `${gone} went through`);
      }
      assert.equal(firstValue(fields, "host"), "www.example.com");
      assert.equal(firstValue(fields, "x-kept"), "1");
    });
  });

  describe("the fields of an answer", () => {
    test("go on, several cookies too; a connection's own end here", async (plane) => {
      const fields =
        "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-One: 1\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\n";
      await web(plane, "", plainAnswer("x", fields));
      const asked = plane.client();
      asked.write(request("/x"));
      const answer = await asked.answer();
      assert.deepEqual(allValues(answer.fields, "set-cookie"), ["a=1", "b=2"]);
      assert.equal(firstValue(answer.fields, "x-one"), "1");
      assert.equal(firstValue(answer.fields, "x-hop"), undefined);
      assert.equal(firstValue(answer.fields, "keep-alive"), undefined);
    });

    test("a rule sets some and takes others out", async (plane) => {
      await web(
        plane,
        'set-header="X-Frame-Options: DENY" remove-header=Server',
        plainAnswer("x", "Server: secret\r\nX-Frame-Options: ALLOW\r\n"),
      );
      const asked = plane.client();
      asked.write(request("/x"));
      const { fields } = await asked.answer();
      assert.deepEqual(allValues(fields, "x-frame-options"), ["DENY"]);
      assert.equal(firstValue(fields, "server"), undefined);
    });
  });
}
