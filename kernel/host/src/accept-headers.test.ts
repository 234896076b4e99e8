/** Content negotiation, as process::http::Request decides it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptsEncoding, acceptsMediaType } from "./accept-headers.ts";

test("acceptsEncoding() wants the encoding named, or a star, with a quality above 0", () => {
  for (const header of [
    "gzip",
    "GZIP",
    "deflate, gzip",
    "gzip;q=0.1",
    "gzip ; q=1",
    "*",
    "br, *;q=0.2",
  ]) {
    assert.equal(acceptsEncoding(header, "gzip"), true, header);
  }
  for (const header of [
    undefined,
    "",
    "br",
    "gzip;q=0",
    "gzip;q=0.0",
    "gzip;q=0, *",
    "*;q=0",
    "gzip;q=x",
  ]) {
    assert.equal(acceptsEncoding(header, "gzip"), false, String(header));
  }
});

test("acceptsMediaType() takes an absent header for any type, the most specific entry first", () => {
  const json = "application/json";
  for (const header of [undefined, "*/*", "application/*", json, `text/html, ${json};q=0.5`]) {
    assert.equal(acceptsMediaType(header, json), true, String(header));
  }
  for (const header of ["", "text/*", `${json};q=0, */*`, "application/*;q=0"]) {
    assert.equal(acceptsMediaType(header, json), false, header);
  }
});
