/** How the suites write a test: with a plane that is there, and gone afterwards. */

import { test } from "node:test";
import type { PlaneOptions } from "../plane-options.ts";
import { type CreatePlane, type PlaneFixture, planeFixture } from "./plane-fixture.ts";

export type ContractTest = (
  title: string,
  run: (fixture: PlaneFixture) => Promise<void>,
  options?: Partial<PlaneOptions>,
) => void;

export function contractTests(create: CreatePlane): ContractTest {
  return (title, run, options = {}) => {
    test(title, { skip: create.differs?.get(title) ?? false }, async (context) => {
      const fixture = await planeFixture(context, create, options);
      if (fixture !== undefined) await run(fixture);
    });
  };
}

/** A request without a body, as bytes. */
export function request(target: string, fields = "", method = "GET"): string {
  return `${method} ${target} HTTP/1.1\r\nHost: www.example.com\r\n${fields}\r\n`;
}

export function post(target: string, body: string, fields = ""): string {
  return request(target, `Content-Length: ${body.length}\r\n${fields}`, "POST") + body;
}
