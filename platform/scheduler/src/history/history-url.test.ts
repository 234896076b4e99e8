import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHistoryUrl, parseHistoryUrl } from "./history-url.ts";

test("a file, and a database with everything that its name may say", () => {
  assert.deepEqual(parseHistoryUrl(" sqlite:///var/lib/tavola/history.db\n").value, {
    scheme: "sqlite",
    file: "/var/lib/tavola/history.db",
  });
  assert.deepEqual(parseHistoryUrl("postgres://ann:s%40c%2Fret@db.example:5433/history").value, {
    scheme: "postgres",
    host: "db.example",
    port: 5433,
    user: "ann",
    password: "s@c/ret",
    database: "history",
    sslMode: "disable",
  });
  const socket = parseHistoryUrl("postgresql://ann@localhost/h?host=/run/pg&sslmode=verify-full");
  const { value } = socket;
  assert.ok(value?.scheme === "postgres");
  assert.deepEqual(
    [value.host, value.port, value.password, value.sslMode],
    ["/run/pg", 5432, undefined, "verify-full"],
  );
  const six = parseHistoryUrl("postgres://ann@[::1]/h").value;
  assert.ok(six?.scheme === "postgres");
  assert.equal(six.host, "::1");
});

test("what is wrong is said in a sentence, without the password", () => {
  const cases: readonly (readonly [text: string, said: RegExp])[] = [
    ["", /no scheme.*expected/],
    ["/var/history.db", /no scheme/],
    ["mysql://a:hidden@b/c", /"mysql:" is none/],
    ["sqlite://history.db", /absolute path/],
    ["sqlite:///", /absolute path/],
    ["sqlite:///folder/", /absolute path/],
    ["postgres://a:hidden@host", /ends in the database's/],
    ["postgres://a:hidden@host/a/b", /ends in the database's/],
    ["postgres://a:hidden@host:port/a", /names no PostgreSQL database/],
    ["postgres://a:hidden%zz@host/a", /%25/],
    ["postgres://a:hidden@host/a?sslmode=maybe", /disable, require, verify-full/],
    ["postgres://a:hidden@host/a?sslmod=require", /"sslmod" is no parameter/],
  ];
  for (const [text, said] of cases) {
    const { error } = parseHistoryUrl(text);
    assert.match(error ?? "", said, text);
    assert.doesNotMatch(error ?? "", /hidden/);
  }
});

test("a log gets the name without the password", () => {
  for (const [text, shown] of [
    ["postgres://ann:secret@db:5433/h", "postgres://ann@db:5433/h"],
    ["postgres://ann:secret@[::1]/h", "postgres://ann@[::1]:5432/h"],
    ["postgres://ann:secret@x/h?host=/run/pg", "postgres://ann@/h?host=/run/pg"],
    ["sqlite:///a/b", "sqlite:///a/b"],
  ] as const) {
    const { value } = parseHistoryUrl(text);
    assert.ok(value !== undefined);
    assert.equal(formatHistoryUrl(value), shown);
  }
});
