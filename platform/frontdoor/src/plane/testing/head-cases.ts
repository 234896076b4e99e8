/** Heads that are none, or that say something that an instance would take for another's word. */

import { get, type HostileCase } from "./hostile-case.ts";

function headCase(
  title: string,
  bytes: string,
  kind: HostileCase["kind"] = "refused",
): HostileCase {
  return { title, source: "RFC 9112 2-5", bytes, kind };
}

export const headCases: readonly HostileCase[] = [
  headCase("no Host", "GET /hostile HTTP/1.1\r\n\r\n", "dubious"),
  headCase("Host twice", get("/hostile", "Host: other.example.com\r\n"), "refused"),
  headCase(
    "a Host with a path",
    "GET /hostile HTTP/1.1\r\nHost: www.example.com/x\r\n\r\n",
    "dubious",
  ),
  headCase(
    "a Host with a user",
    "GET /hostile HTTP/1.1\r\nHost: a@www.example.com\r\n\r\n",
    "dubious",
  ),
  headCase("a Host with a space", "GET /hostile HTTP/1.1\r\nHost: a b\r\n\r\n", "dubious"),
  // Whoever reads the last one would go by another's rules, and instances would be told both.
  headCase("two hosts in one Host", "GET /hostile HTTP/1.1\r\nHost: a.b,www.example.com\r\n\r\n"),
  headCase("a Host with two ports", "GET /hostile HTTP/1.1\r\nHost: a:1:2\r\n\r\n", "dubious"),
  headCase("a Host and a target that differ", get("http://other.example.com/hostile"), "dubious"),
  headCase("a target with a user", get("http://a@www.example.com/hostile"), "dubious"),
  headCase("a target of another scheme", get("ftp://www.example.com/hostile"), "dubious"),
  headCase("a target without a slash", get("hostile"), "dubious"),
  headCase("a target with a space", get("/hostile /smuggled"), "refused"),
  headCase("a target with a tab", get("/hostile\t/smuggled"), "refused"),
  headCase("a target with a NUL", get("/hostile\0"), "refused"),
  headCase("a target with bytes above ASCII", get("/hostile\xff"), "dubious"),
  headCase("a target with a bare carriage return", get("/hostile\rX:"), "refused"),
  headCase("a target with a fragment", get("/hostile#/smuggled"), "dubious"),
  headCase("* for GET", get("*"), "dubious"),
  headCase(
    "CONNECT",
    "CONNECT www.example.com:443 HTTP/1.1\r\nHost: www.example.com\r\n\r\n",
    "dubious",
  ),
  headCase("a method with a colon", "GE:T /hostile HTTP/1.1\r\nHost: www.example.com\r\n\r\n"),
  headCase("a method with a NUL", "GE\0T /hostile HTTP/1.1\r\nHost: www.example.com\r\n\r\n"),
  headCase("no version", "GET /hostile\r\nHost: www.example.com\r\n\r\n", "dubious"),
  headCase("a version that is none", "GET /hostile HTTP/1.1x\r\nHost: www.example.com\r\n\r\n"),
  headCase("a version of two digits", "GET /hostile HTTP/1.10\r\nHost: www.example.com\r\n\r\n"),
  headCase("a version above ours", "GET /hostile HTTP/3.0\r\nHost: www.example.com\r\n\r\n"),
  headCase("a version in small letters", "GET /hostile http/1.1\r\nHost: www.example.com\r\n\r\n"),
  headCase("two spaces before the target", get(" /hostile"), "dubious"),
  headCase(
    "a tab before the target",
    "GET\t/hostile HTTP/1.1\r\nHost: www.example.com\r\n\r\n",
    "dubious",
  ),
  headCase("a space before the first line", ` ${get("/hostile")}`, "dubious"),
  headCase(
    "a folded first field",
    "GET /hostile HTTP/1.1\r\n X: y\r\nHost: www.example.com\r\n\r\n",
    "dubious",
  ),
  headCase("a folded field", get("/hostile", "X: y\r\n\tz\r\n"), "dubious"),
  headCase("a field without a colon", get("/hostile", "X\r\n")),
  headCase("a field without a name", get("/hostile", ": x\r\n")),
  headCase("a name with a space", get("/hostile", "X Y: z\r\n")),
  headCase("a name with a bracket", get("/hostile", "X[]: z\r\n")),
  headCase("a value with a NUL", get("/hostile", "X: a\0b\r\n")),
  headCase("a value with a bare carriage return", get("/hostile", "X: a\rEvil: b\r\n"), "dubious"),
  headCase("a value with a bare line feed", get("/hostile", "X: a\nEvil: b\r\n"), "dubious"),
  headCase(
    "a head that ends in bare line feeds",
    "GET /hostile HTTP/1.1\nHost: www.example.com\n\n",
    "dubious",
  ),
  headCase("nothing but garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
  headCase("an HTTP/2 preface that goes wrong", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "dubious"),
  headCase("more fields than anybody has", get("/hostile", "X: y\r\n".repeat(2000))),
  headCase("a field that does not end", get("/hostile", `X: ${"y".repeat(300_000)}\r\n`)),
  headCase("a target that does not end", get(`/hostile${"y".repeat(300_000)}`)),
  headCase(
    "an upgrade to HTTP/2 in clear text",
    get(
      "/hostile",
      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    ),
    "fine",
  ),
];
