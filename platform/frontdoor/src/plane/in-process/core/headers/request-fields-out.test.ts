import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seededRandom } from "@tavola/base";
import { type FieldList, fieldValue } from "../message/field-list.ts";
import { parseFields } from "../message/parse-fields.ts";
import { planeLimits } from "../plane-limits.ts";
import { type RequestFieldsInput, requestFieldsOut } from "./request-fields-out.ts";
import { isTraceParent } from "./trace-context.ts";
import { visibleUri } from "./visible-uri.ts";

function out(input: Partial<RequestFieldsInput> = {}): FieldList {
  const { lines } = requestFieldsOut(
    {
      ...{ fields: [], connection: undefined, authority: "a.example", framing: { kind: "none" } },
      ...{ remoteAddress: "192.0.2.1", isTls: true, upgrade: undefined },
      ...input,
    },
    { isTrusted: false, random: seededRandom(1), asked: new Set() },
  );
  const parsed = parseFields(lines, 0, planeLimits.fieldsMax);
  assert.ok("fields" in parsed, lines);
  return parsed.fields;
}

describe("requestFieldsOut()", () => {
  test("IPv6 addresses and hosts with ports stand in quotes in Forwarded", () => {
    const fields = out({ remoteAddress: "2001:db8::1", authority: "[::1]:8443" });
    assert.equal(
      fieldValue(fields, "forwarded"),
      'for="[2001:db8::1]";host="[::1]:8443";proto=https',
    );
    assert.equal(fieldValue(fields, "x-forwarded-for"), "2001:db8::1");
  });

  test("cookies that HTTP/2 split are one again", () => {
    const fields = out({ fields: ["cookie", "a=1", "x", "y", "cookie", "b=2"] });
    assert.equal(fields.filter((_, at) => fields[at] === "cookie").length, 1);
    assert.equal(fieldValue(fields, "cookie"), "a=1; b=2");
  });

  test("names that CGI takes for ours do not go through; other underscores do", () => {
    const fields = out({ fields: ["x_forwarded_for", "1", "content_length", "1", "my_name", "1"] });
    assert.equal(fieldValue(fields, "x_forwarded_for"), undefined);
    assert.equal(fieldValue(fields, "content_length"), undefined);
    assert.equal(fieldValue(fields, "my_name"), "1");
  });

  test("a trace that is none is begun anew, and its state is gone", () => {
    const zero = `00-${"0".repeat(32)}-${"1".repeat(16)}-01`;
    for (const value of ["x", zero, `ff-${"1".repeat(32)}-${"1".repeat(16)}-01`, `${zero}-x`]) {
      const fields = out({ fields: ["traceparent", value, "tracestate", "a=1"] });
      assert.ok(isTraceParent(fieldValue(fields, "traceparent") ?? ""), value);
      assert.equal(fieldValue(fields, "tracestate"), undefined);
    }
  });

  test("framing is ours, and said once", () => {
    const fields = ["content-length", "7", "transfer-encoding", "chunked"];
    const names = (framing: RequestFieldsInput["framing"]): string[] =>
      out({ fields, framing }).filter((name) =>
        /^(?:content-length|transfer-encoding)$/.test(name),
      );
    assert.deepEqual(names({ kind: "none" }), []);
    assert.deepEqual(names({ kind: "length", bytes: 7 }), ["content-length"]);
    assert.deepEqual(names({ kind: "chunked" }), ["transfer-encoding"]);
  });
});

test("visibleUri() escapes what could end a line, and leaves escapes as they are", () => {
  assert.equal(visibleUri("/a b\r\nX: y/ü/😀/%2f"), "/a%20b%0D%0AX:%20y/%C3%BC/%F0%9F%98%80/%2f");
});
