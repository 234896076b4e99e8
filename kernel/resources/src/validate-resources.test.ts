import { equal } from "node:assert/strict";
import { test } from "node:test";
import type { Resource } from "@tavola/protocol";
import { validateRole } from "./roles.ts";
import { validateResource, validateResources } from "./validate-resources.ts";

function cpus(rest: Partial<Resource> = {}): Resource {
  return { name: "cpus", type: "SCALAR", scalar: { value: 1 }, ...rest };
}

function ports(...range: [number, number][]): Resource {
  return {
    name: "ports",
    type: "RANGES",
    ranges: { range: range.map(([begin, end]) => ({ begin, end })) },
  };
}

const dynamic = { type: "DYNAMIC", role: "eng" } as const;
const fixed = { type: "STATIC", role: "eng" } as const;

test("validateResource() accepts all forms of a reservation", () => {
  for (const rest of [
    {},
    { role: "*" },
    { role: "eng" },
    { role: "eng", reservation: { principal: "ops" } },
    { reservations: [fixed] },
    { role: "eng", reservations: [fixed] },
    { role: "eng", reservation: {}, reservations: [dynamic] },
    { reservations: [fixed, { ...dynamic, role: "eng/dev" }] },
  ]) {
    equal(validateResource(cpus(rest)), undefined, JSON.stringify(rest));
  }
  equal(validateResource(cpus({ scalar: { value: 0 } })), undefined);
  equal(validateResource(ports([1, 2], [3, 4])), undefined);
});

test("validateResource() refuses in Mesos's words", () => {
  const refusals: [Partial<Resource>, string][] = [
    [{ name: "" }, "Empty resource name"],
    [{ type: "TEXT" }, "Unsupported resource type"],
    [{ type: "RANGES" }, "Invalid ranges resource"],
    [{ type: "SET" }, "Invalid set resource"],
    [{ ranges: {} }, "Invalid scalar resource"],
    [{ scalar: { value: -1 } }, "Invalid scalar resource: value <= 0"],
    [{ scalar: { value: 0.0004 } }, "Invalid scalar resource: value <= 0"],
    [{ scalar: { value: Number.NaN } }, "Invalid scalar resource: value is not finite"],
    [{ disk: {} }, "DiskInfo should not be set for cpus resource"],
    [
      { name: "disk", disk: { source: { type: "RAW", mount: {} } } },
      "Mount should not be set for RAW disk source",
    ],
    [
      { name: "disk", disk: { source: { type: "BLOCK", path: {} } } },
      "Path should not be set for BLOCK disk source",
    ],
    [
      { name: "disk", disk: { source: { type: "UNKNOWN" } } },
      "Unsupported 'DiskInfo.Source.Type' in 'UNKNOWN'",
    ],
    [
      { role: "a b" },
      "Role component 'a b' is invalid because it contains backspace or whitespace",
    ],
    [
      { role: "*", reservation: {} },
      'Invalid reservation: role "*" cannot be dynamically reserved',
    ],
    [
      { role: "eng", reservation: { role: "eng" } },
      "'Resource.ReservationInfo.role' must not be set for the 'Resource.reservation' field",
    ],
    [
      { reservations: [{ role: "eng" }] },
      "Invalid reservation: 'Resource.ReservationInfo.type' field must be set.",
    ],
    [
      { reservations: [{ type: "STATIC" }] },
      "Invalid reservation: 'Resource.ReservationInfo.role' field must be set.",
    ],
    [
      { reservations: [{ ...fixed, role: "*" }] },
      'Invalid reservation: role "*" cannot be reserved',
    ],
    [
      { reservations: [dynamic, { ...fixed, role: "eng/dev" }] },
      "Invalid refined reservation: A refined reservation cannot be STATIC",
    ],
    [
      { reservations: [dynamic, { ...dynamic, role: "english" }] },
      "Invalid refined reservation: role 'english' is not a refinement of 'eng'",
    ],
    [
      { role: "ops", reservations: [fixed] },
      "Invalid resource format: 'Resource.role' field with 'ops' does not match the role 'eng' in 'Resource.reservations'",
    ],
    [
      { role: "eng", reservation: { principal: "a" }, reservations: [dynamic] },
      "Invalid resource format: 'Resource.reservation.principal' field with 'a' does not match the principal '' in 'Resource.reservations'",
    ],
    [
      { role: "eng", reservation: { labels: { labels: [{ key: "k" }] } }, reservations: [dynamic] },
      "Invalid resource format: 'Resource.reservation.labels' field with '{k}' does not match the labels '{}' in 'Resource.reservations'",
    ],
    [
      { role: "eng", reservations: [fixed, { ...dynamic, role: "eng/dev" }] },
      "Invalid resource format: 'Resource.role' must not be set if there is more than one reservation in 'Resource.reservations'",
    ],
    [{ shared: {} }, "Resource cpus cannot be shared"],
    [{ name: "disk", shared: {} }, "Only persistent volumes can be shared"],
  ];
  for (const [rest, error] of refusals) equal(validateResource(cpus(rest)), error);
  equal(validateResource(ports([5, 1])), "Invalid ranges resource: begin > end");
  equal(validateResource(ports([1, 5], [4, 9])), "Invalid ranges resource: overlapping ranges");
  equal(validateResource(ports([4, 9], [1, 5])), "Invalid ranges resource: overlapping ranges");
});

test("validateResources() names the one that is invalid", () => {
  equal(
    validateResources([cpus(), cpus({ name: "mem", scalar: { value: -128 } })]),
    "Resource 'mem:-128' is invalid: Invalid scalar resource: value <= 0",
  );
  equal(validateResources([cpus()]), undefined);
});

test("validateRole() refuses in Mesos's words", () => {
  for (const role of ["*", "a", "a/b/c", "a-b", "a.b", "über"])
    equal(validateRole(role), undefined);
  const refusals: Record<string, string> = {
    "": "Role names cannot be the empty string",
    "/": "Role '/' cannot start with a slash",
    "/a": "Role '/a' cannot start with a slash",
    "a/": "Role 'a/' cannot end with a slash",
    "a//b": "Role 'a//b' cannot contain two adjacent slashes",
    "a/./b": "Role 'a/./b' cannot include '.' as a component",
    "..": "Role '..' cannot include '..' as a component",
    "a/*": "Role 'a/*' cannot include '*' as a component",
    "a/-b": "Role component '-b' is invalid because it starts with a dash",
    "a\tb": "Role component 'a\tb' is invalid because it contains backspace or whitespace",
  };
  for (const [role, error] of Object.entries(refusals)) equal(validateRole(role), error);
});
