import assert from "node:assert/strict";
import { test } from "node:test";
import { ownListener } from "./own-listener.ts";

const machine = ["127.0.0.1", "::1", "10.0.0.7", "2001:db8::7"];

const cases = [
  ["http://127.0.0.1:8080", "http://127.0.0.1:8080/api", true],
  ["http://127.0.0.1:8080", "http://localhost:8080", true],
  ["http://127.0.0.1:8080", "http://[::ffff:127.0.0.1]:8080", true],
  ["http://127.0.0.1:8080", "http://127.0.0.1:8081", false],
  ["http://127.0.0.1:8080", "http://127.0.0.2:8080", false],
  ["http://127.0.0.1:8080", "http://web:8080", false],
  ["http://10.0.0.7:80", "http://10.0.0.7", true],
  ["https://10.0.0.7:443", "https://10.0.0.7/", true],
  ["http://0.0.0.0:8080", "http://10.0.0.7:8080", true],
  ["http://0.0.0.0:8080", "http://127.0.0.9:8080", true],
  ["http://0.0.0.0:8080", "http://10.0.0.8:8080", false],
  ["http://[::]:8080", "http://[2001:db8::7]:8080", true],
  ["http://[::]:8080", "http://10.0.0.7:8080", true],
] as const;

for (const [listener, uri, isOurs] of cases) {
  test(`ownListener(): at ${listener}, ${uri} is ${isOurs ? "" : "not "}us`, () => {
    assert.equal(ownListener([listener], machine)(uri), isOurs);
  });
}

test("ownListener() knows each of several listeners, and nobody where there is none", () => {
  const isOurs = ownListener(["http://127.0.0.1:8080", "https://127.0.0.1:8443"], machine);
  assert.deepEqual(["http://127.0.0.1:8080", "https://127.0.0.1:8443"].map(isOurs), [true, true]);
  assert.equal(ownListener([], machine)("http://127.0.0.1:8080"), false);
});
