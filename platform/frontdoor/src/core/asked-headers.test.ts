import assert from "node:assert/strict";
import { test } from "node:test";
import { askedHeaders, seemsAskedFor } from "./asked-headers.ts";
import { parsedRules } from "./testing/parsed-rules.ts";

test("seemsAskedFor() is true of other writings of a header that some line asks for", () => {
  const asked = askedHeaders(
    parsedRules("HTTP_X_TENANT_ID!=a passthru a\nHTTP_RANGE=x HTTPS=on HTTP_HOST=x passthru b"),
  );
  const names = ["x_tenant_id", "x-tenant_id", "x_tenant-id"];
  for (const name of names) assert.ok(seemsAskedFor(name, asked), name);
  const others = ["x-tenant-id", "x_tenant", "x_tenant_id_", "range", "my_name"];
  for (const name of others) assert.ok(!seemsAskedFor(name, asked), name);
});

test("seemsAskedFor() is true of nothing where no line asks for a header", () => {
  const asked = askedHeaders(parsedRules("REQUEST_URI=/a* passthru a"));
  assert.ok(!seemsAskedFor("x_tenant", asked));
});
