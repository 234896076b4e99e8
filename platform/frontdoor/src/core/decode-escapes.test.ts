import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeEscapes } from "./decode-escapes.ts";

test("decodeEscapes() decodes what is UTF-8, and lets the rest stay", () => {
  const cases = [
    ["/a%20b/%C3%A9/%F0%9F%98%80", "/a b/é/😀"],
    ["/caf%E9", "/caf%E9"],
    ["%61dmi%6e%FF", "admin%FF"],
    ["%ff%c3%a9%e9%2f%c3", "%ff\u00e9%e9/%c3"],
    ["%E2%82%41", "%E2%82A"],
    ["%C0%AF%ED%A0%80%F5%80%80%80", "%C0%AF%ED%A0%80%F5%80%80%80"],
    ["100%/%zz/%2541", "100%/%zz/%41"],
  ] as const;
  for (const [text, decoded] of cases) assert.equal(decodeEscapes(text), decoded);
});

test("decodeEscapes() says by another sign what stayed", () => {
  assert.equal(decodeEscapes("%25E9%E9", "*"), "%E9*E9");
});
