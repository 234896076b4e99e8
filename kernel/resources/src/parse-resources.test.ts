import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseAttributes } from "./parse-attributes.ts";
import { parseResources } from "./parse-resources.ts";
import { containsQuantities, parseQuantities } from "./quantities.ts";
import { Resources } from "./resources.ts";

/** What the bag of the parsed resources prints, or the error. */
function parsed(text: string, defaultRole?: string): string {
  const { value, error } = parseResources(text, defaultRole);
  return value === undefined ? `error: ${error}` : String(Resources.of(value));
}

test("parseResources() reads scalars, ranges, sets and roles", () => {
  equal(
    parsed("cpus:4;mem(eng):10;ports:[1-2,5-6];x:{b,a}"),
    "cpus:4; mem(reservations: [(STATIC,eng)]):10; ports:[1-2, 5-6]; x:{a, b}",
  );
  equal(
    parsed(" cpus : 1 0 ; mem ( a/b ) : 5.25 ;"),
    "cpus:10; mem(reservations: [(STATIC,a/b)]):5.25",
  );
  equal(parsed("cpus(*):1;cpus:1"), "cpus:2");
  equal(parsed("cpus:1;mem(*):2", "eng"), "cpus(reservations: [(STATIC,eng)]):1; mem:2");
  equal(parsed("ports:[5-6, 1-2, 3-4]"), "ports:[1-6]");
  equal(parsed("cpus:1e3;mem:0x10"), "cpus:1000; mem:16");
  equal(parsed(""), "{}");
});

test("parseResources() keeps what says none", () => {
  deepEqual(parseResources("cpus:0;ports:[]").value, [
    { name: "cpus", type: "SCALAR", scalar: { value: 0 } },
    { name: "ports", type: "RANGES", ranges: { range: [] } },
  ]);
});

test("parseResources() reads a JSON array in either reservation form", () => {
  const json = [
    { name: "cpus", type: "SCALAR", scalar: { value: 4 } },
    { name: "mem", type: "SCALAR", scalar: { value: 10 }, role: "eng" },
    {
      name: "disk",
      type: "SCALAR",
      scalar: { value: 7 },
      reservations: [{ type: "STATIC", role: "eng" }],
      disk: { source: { type: "PATH", path: { root: "/data" } } },
    },
  ];
  equal(
    parsed(JSON.stringify(json), "ops"),
    "cpus(reservations: [(STATIC,ops)]):4; mem(reservations: [(STATIC,eng)]):10; disk(reservations: [(STATIC,eng)])[PATH:/data]:7",
  );
});

test("parseResources() refuses in Mesos's words", () => {
  const refusals: Record<string, string> = {
    cpus: "Bad value for resources, missing or extra ':' in cpus",
    "cpus:1:2": "Bad value for resources, missing or extra ':' in cpus:1:2",
    "cpus(a:1": "Bad value for resources, mismatched parentheses in cpus(a:1",
    "cpus)a(:1": "Bad value for resources, mismatched parentheses in cpus)a(:1",
    "cpus:many": "Bad type for resource cpus value many type TEXT",
    "cpus:-1": "Bad type for resource cpus value -1 type TEXT",
    "cpus:inf": "Bad type for resource cpus value inf type TEXT",
    "cpus: ": "Failed to parse resource cpus value   error Expecting non-empty string",
    "ports:[1-2": "Failed to parse resource ports value [1-2 error Mismatched brackets",
    "ports:[1]": 'Failed to parse resource ports value [1] error Expecting one or more "ranges"',
    "ports:[a-b]":
      "Failed to parse resource ports value [a-b] error Expecting non-negative integers in 'a'",
    "ports:1[1-2]": "Failed to parse resource ports value 1[1-2] error Unexpected '[' found",
    "x:1{a}": "Failed to parse resource x value 1{a} error Unexpected '{' found",
    "ports:[5-1]": "Invalid ranges resource: begin > end",
    "x:{a,a}": "Invalid set resource: duplicated elements",
    "cpus:1e-310":
      "Failed to parse resource cpus value 1e-310 error Subnormal values not supported",
    "cpus:0.0001": "Invalid scalar resource: value <= 0",
    "cpus(a b):1": "Role component 'a b' is invalid because it contains backspace or whitespace",
    "cpus:1;cpus:[1-2]":
      "Resources with the same name ('cpus') but different types are not allowed",
    '[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"revocable":{}}]':
      "Revocable resources cannot be specified at the command line; do not include a 'revocable' key in the resources JSON",
    '[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"role":"a","reservation":{}}]':
      "Dynamic reservations cannot be specified at the command line; do not include a reservation with DYNAMIC type in the resources JSON",
    '[{"name":"disk","type":"SCALAR","scalar":{"value":1},"role":"a","disk":{"persistence":{"id":"v"}}}]':
      "Persistent volumes cannot be specified at the command line",
  };
  for (const [text, error] of Object.entries(refusals)) equal(parsed(text), `error: ${error}`);
  equal(
    parsed('[{"name":"cpus"}]').startsWith(
      "error: Some JSON resources were not formatted properly: ",
    ),
    true,
  );
});

test("parseResources() and parseAttributes() answer anything without throwing", () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab:;()[]{}-,.0159 \n*"e') });
  fc.assert(
    fc.property(text, (some) => {
      parseResources(some);
      parseAttributes(some);
      parseQuantities(some);
    }),
    { numRuns: 2000 },
  );
});

test("parseAttributes() reads text, scalars and ranges", () => {
  deepEqual(parseAttributes("rack:r1;level:10;ports:[1-3];url:http://x:1/;os:a b").value, [
    { name: "rack", type: "TEXT", text: { value: "r1" } },
    { name: "level", type: "SCALAR", scalar: { value: 10 } },
    { name: "ports", type: "RANGES", ranges: { range: [{ begin: 1, end: 3 }] } },
    { name: "url", type: "TEXT", text: { value: "http://x:1/" } },
    { name: "os", type: "TEXT", text: { value: "ab" } },
  ]);
  deepEqual(parseAttributes("").value, []);
});

test("parseAttributes() refuses what has no name, no value, or a set", () => {
  equal(parseAttributes("rack").error, "Invalid attribute key:value pair 'rack'");
  equal(parseAttributes(":r1").error, "Invalid attribute key:value pair ':r1'");
  equal(parseAttributes("rack:").error, "Invalid attribute key:value pair 'rack:'");
  equal(parseAttributes("x:{a}").error, "Bad type for attribute x text {a} type SET");
  equal(
    parseAttributes("x:[1-2").error,
    "Failed to parse attribute x text [1-2 error Mismatched brackets",
  );
});

test("parseQuantities() and containsQuantities() count whatever the kind", () => {
  const resources = Resources.of(
    parseResources("cpus:1;cpus(eng):1;ports:[1-3];x:{a,b}").value ?? [],
  );
  const has = (text: string) =>
    containsQuantities(resources, parseQuantities(text).value ?? new Map());
  equal(has("cpus:2"), true);
  equal(has("cpus:2.001"), false);
  equal(has("cpus:1;cpus:1;ports:3;x:2"), true);
  equal(has("ports:4"), false);
  equal(has("mem:0"), true);
  equal(has(""), true);
  equal(parseQuantities("cpus").error, "Failed to parse 'cpus': missing or extra ':'");
  equal(
    parseQuantities("x:{a}").error,
    "Failed to parse '{a}' to quantity: only scalar values are allowed",
  );
});
