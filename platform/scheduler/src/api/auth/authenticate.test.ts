/** Who is calling: each way of telling, and what is said when none does. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  createHttpClient,
  type HttpHandler,
  type HttpRequest,
  openEndpoint,
  silentLogger,
} from "@tavola/host";
import type { User } from "../../core/model/operations.ts";
import { ApiFixture } from "../testing/api-fixture.ts";
import { type AuthSettings, defaultAuthSettings } from "./auth-settings.ts";
import { type AuthenticationContext, authenticate, defaultUser } from "./authenticate.ts";
import { WebhookVerdicts } from "./webhook-authenticator.ts";

const http = createHttpClient();
const closing: (() => Promise<void>)[] = [() => http.close()];
after(async () => {
  for (const close of closing) await close();
});

const known: User = { id: "robot", groups: ["ops"], scopes: [], authenticated: true };

function contextOf(settings: Partial<AuthSettings>): AuthenticationContext {
  return {
    settings: { ...defaultAuthSettings, enabled: true, ...settings },
    http,
    verdicts: new WebhookVerdicts(),
    userOfToken: (token) => (token === "sesame" ? known : undefined),
    now: 1000,
  };
}

function requestWith(headers: Record<string, string>, query = ""): HttpRequest {
  const rest = {
    method: "GET",
    path: "/",
    remoteAddress: "",
    signal: new AbortController().signal,
  };
  return { ...rest, headers, query: new URLSearchParams(query), body: async () => Buffer.alloc(0) };
}

const callOf = (headers: Record<string, string>, settings: Partial<AuthSettings>, query = "") =>
  authenticate(requestWith(headers, query), contextOf(settings));

test("a query or a header names a user, with the groups that an operator gave him", async () => {
  const users = { ann: { groups: ["a"], email: "ann@x" } };
  const byQuery = await callOf(
    {},
    { authenticators: ["QUERYPARAM_PASSTHROUGH"], users },
    "user=ann",
  );
  assert.deepEqual(byQuery.value, {
    id: "ann",
    name: "ann",
    email: "ann@x",
    groups: ["a"],
    scopes: [],
    authenticated: true,
  });
  const settings = {
    authenticators: ["HEADER_PASSTHROUGH"],
    requestUserHeaderName: "X-Who",
  } as const;
  assert.equal((await callOf({ "x-who": "bob" }, settings)).value?.id, "bob");
});

test("a token is looked up", async () => {
  const settings = { authenticators: ["TOKEN"] } as const;
  assert.deepEqual((await callOf({ authorization: "Token sesame" }, settings)).value, known);
  const cases: readonly (readonly [string | undefined, RegExp])[] = [
    [undefined, /No Authorization header present, please log in first/],
    ["Bearer x", /No Token specified in authorization header/],
    ["Token wrong", /No matching token found/],
  ];
  for (const [authorization, reason] of cases) {
    const headers = authorization === undefined ? {} : { authorization };
    assert.match((await callOf(headers, settings)).error ?? "", reason);
  }
});

test("the first way that knows counts; what all of them missed is said; off, nobody is asked", async () => {
  const settings = { authenticators: ["TOKEN", "QUERYPARAM_PASSTHROUGH"] } as const;
  assert.equal((await callOf({}, settings, "user=ann")).value?.id, "ann");
  assert.equal(
    (await callOf({}, settings)).error,
    "Unable to authenticate using methods: [TOKEN (No Authorization header present, please log in first), QUERYPARAM_PASSTHROUGH ((QueryParam) No user specified)]",
  );
  assert.equal(
    (await callOf({}, { authenticators: ["DISABLED"], enabled: false })).value,
    defaultUser,
  );
});

async function serviceThat(answers: HttpHandler): Promise<string> {
  const endpoint = await openEndpoint({
    ip: "127.0.0.1",
    port: 0,
    onRequest: answers,
    logger: silentLogger,
  });
  closing.push(() => endpoint.close());
  return `http://127.0.0.1:${endpoint.boundPort}/verify`;
}

const webhookSettings = (
  verificationUrl: string,
  responseParser: "WRAPPED" | "RAW" = "WRAPPED",
) => ({
  authenticators: ["WEBHOOK"] as const,
  webhook: { verificationUrl, responseParser, timeoutMs: 200, cacheMs: 60_000 },
});

test("another service says who it is, once a minute for each header", async () => {
  let asked = 0;
  const url = await serviceThat(({ headers }) => {
    asked += 1;
    const user = { id: headers.authorization ?? "", groups: ["g"], authenticated: true };
    return { status: 200, body: JSON.stringify({ user }) };
  });
  const context = contextOf(webhookSettings(url));
  for (const [authorization, times] of [
    ["one", 1],
    ["one", 1],
    ["two", 2],
  ] as const) {
    const user = await authenticate(requestWith({ authorization }), context);
    assert.equal(user.value?.id, authorization);
    assert.equal(asked, times);
  }
  await authenticate(requestWith({ authorization: "one" }), { ...context, now: 62_000 });
  assert.equal(asked, 3);
});

test("a service that refuses, says nobody, says nonsense or says nothing makes the call unauthorized", async () => {
  const cases: readonly (readonly [HttpHandler, RegExp])[] = [
    [() => ({ status: 403, body: "no" }), /Got status code 403 when verifying jwt/],
    [() => ({ status: 200, body: "{}" }), /No user present in response/],
    [() => ({ status: 200, body: '{"user":{"id":"x"}}' }), /User not authenticated/],
    [() => ({ status: 200, body: "<html>" }), /the body is not JSON/],
    [() => new Promise<never>(() => {}), /Exception while verifying token/],
  ];
  for (const [handler, reason] of cases) {
    const answer = await callOf(
      { authorization: "x" },
      webhookSettings(await serviceThat(handler)),
    );
    assert.match(answer.error ?? "", reason);
  }
  const raw = await serviceThat(() => ({ status: 200, body: '{"id":"x","authenticated":true}' }));
  assert.equal((await callOf({ authorization: "x" }, webhookSettings(raw, "RAW"))).value?.id, "x");
});

test("a token is given out once, replaces former ones, and is taken back", async () => {
  const api = new ApiFixture({
    auth: {
      enabled: true,
      authenticators: ["TOKEN", "QUERYPARAM_PASSTHROUGH"],
      adminGroups: ["ops"],
      users: { boss: { groups: ["ops"] } },
    },
  });
  const make = () =>
    api.call("POST", "/auth/token?user=boss", { body: { user: { id: "robot", groups: ["ops"] } } });
  const first = (await make()).json<{ token: string }>().token;
  const second = (await make()).json<{ token: string }>().token;
  const whoHas = async (token: string) => {
    const answer = await api.call("GET", "/auth/user", {
      headers: { authorization: `Token ${token}` },
    });
    return answer.json<{ user: { id: string } }>().user.id;
  };
  assert.equal(await whoHas(first), "singularity");
  assert.equal(await whoHas(second), "robot");
  assert.doesNotMatch(JSON.stringify([...api.core.state.records.token]), new RegExp(second));
  const stolen = await api.call("POST", "/auth/token?user=ann", {
    body: { user: { id: "boss", groups: ["ops"] } },
  });
  assert.equal(stolen.status, 403);
  await api.call("DELETE", "/auth/token/robot?user=boss");
  assert.equal(await whoHas(second), "singularity");
});
