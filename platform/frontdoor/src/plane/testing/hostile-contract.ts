/** No plane is tricked: into another request, another path, another client's word. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { headCases } from "./head-cases.ts";
import type { HostileCase } from "./hostile-case.ts";
import { pathCases } from "./path-cases.ts";
import type { ContractOptions } from "./plane-contract.ts";
import { type CreatePlane, type PlaneFixture, planeFixture } from "./plane-fixture.ts";
import type { RawBackend } from "./raw-backend.ts";
import { smugglingCases } from "./smuggling-cases.ts";
import { waitFor } from "./wait-for.ts";

const rules = "REQUEST_URI=/smuggled* respond 403 no\nREQUEST_URI=/* passthru hostile\n";

export function hostileContract(create: CreatePlane, options: ContractOptions): void {
  describe("a request with two readings", () => {
    for (const hostile of smugglingCases) hostileTest(create, hostile, options);
  });
  describe("a head that is none", () => {
    for (const hostile of headCases) hostileTest(create, hostile, options);
  });
  describe("a path with two readings", () => {
    for (const { title, target, handedOn } of pathCases) {
      test(`${title}: ${target} is ${handedOn === undefined ? "refused" : "handed on"}`, async (context) => {
        const fixture = await hostileFixture(context, create);
        if (fixture === undefined) return;
        const client = fixture.client();
        client.write(`GET ${target} HTTP/1.1\r\nHost: www.example.com\r\n\r\n`);
        const { status } = await client.answer();
        const targets = fixture.backend.requests().map((request) => request.target);
        assert.equal(status, handedOn === undefined ? 400 : 200);
        assert.deepEqual(targets, handedOn === undefined ? [] : [handedOn]);
      });
    }
  });
}

type Hostile = Omit<PlaneFixture, "backend"> & { readonly backend: RawBackend };

async function hostileFixture(
  context: Parameters<typeof planeFixture>[0],
  create: CreatePlane,
): Promise<Hostile | undefined> {
  const fixture = await planeFixture(context, create);
  if (fixture === undefined) return undefined;
  const backend = await fixture.backend();
  await fixture.serve({ hostile: [backend] });
  await fixture.rules(rules);
  return { ...fixture, backend };
}

function hostileTest(
  create: CreatePlane,
  { title, source, bytes, kind }: HostileCase,
  options: ContractOptions,
): void {
  test(`${title} (${source})`, async (context) => {
    const fixture = await hostileFixture(context, create);
    if (fixture === undefined) return;
    const client = fixture.client();
    client.write(bytes);
    const received = await client.until((text) => /^HTTP\/1\.1 [2-5]/m.test(text));
    // Whoever was tricked has sent it before it answers somebody who comes later.
    const later = fixture.client();
    later.write("GET /later HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n");
    assert.equal((await later.answer()).status, 200);
    await waitFor(
      () => fixture.backend.requests().some(({ target }) => target === "/later"),
      () => "the later request",
    );
    const mustRefuse = kind === "refused" || (kind === "dubious" && options.refusesAllDubious);
    const statuses = [...received.matchAll(/^HTTP\/1\.1 ([2-5]\d\d)/gm)].map(([, code]) => code);
    if (mustRefuse) assert.match(`${statuses[0] ?? "closed"}`, /^(?:4\d\d|501|505|closed)$/);
    assertOneReading(fixture.backend);
  });
}

function assertOneReading(backend: RawBackend): void {
  const requests = backend.requests().filter(({ target }) => target !== "/later");
  for (const request of requests) {
    // Its head was handed on before its body turned out to be none: then it has no end either.
    if (!request.isComplete && request.fields.length === 0) continue;
    assert.equal(request.ambiguity, undefined, JSON.stringify(request));
    assert.notEqual(request.target, "/smuggled", "the smuggled request came through");
  }
  assert.ok(requests.length <= 1, JSON.stringify(requests));
}
