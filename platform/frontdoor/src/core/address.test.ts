import assert from "node:assert/strict";
import { isIP } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { parseAddress, parseNetwork } from "./address.ts";

test("parseAddress() reads what is an address, and nothing else", () => {
  const odd = [
    "",
    "1.2.3",
    "01.2.3.4",
    "1.2.3.256",
    "::1::",
    "1::2::3",
    ":::",
    "1:2:3:4:5:6:7:8:9",
  ];
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom(...odd),
    fc.string({ unit: fc.constantFrom(..."0123456789abcdef:.") }),
  );
  fc.assert(
    fc.property(text, (written) => {
      assert.equal(parseAddress(written) !== undefined, isIP(written) !== 0);
    }),
  );
});

test("parseAddress() knows one address in all its forms", () => {
  assert.equal(parseAddress("::ffff:10.0.0.1"), parseAddress("10.0.0.1"));
  assert.equal(parseAddress("::ffff:a00:1"), parseAddress("10.0.0.1"));
  assert.equal(parseAddress("2001:DB8:0:0::1"), parseAddress("2001:db8::1"));
  assert.equal(parseAddress("fe80::1%eth0"), parseAddress("fe80::1"));
});

test("parseNetwork() takes networks, and refuses bits after them", () => {
  assert.equal(parseNetwork("0.0.0.0/0"), "4");
  assert.equal(parseNetwork("::/0"), "6");
  assert.equal(parseNetwork("::ffff:10.0.0.0/104"), parseNetwork("10.0.0.0/8"));
  for (const text of [
    "10.0.0.1/8",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "::ffff:0.0.0.0/90",
  ]) {
    assert.equal(parseNetwork(text), undefined, text);
  }
});
