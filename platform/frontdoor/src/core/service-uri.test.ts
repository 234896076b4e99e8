import assert from "node:assert/strict";
import { test } from "node:test";
import { instancesOf } from "./instances-of.ts";
import { parseServiceUri } from "./service-uri.ts";

test("parseServiceUri() takes addresses and names", () => {
  for (const [uri, host] of [
    ["http://10.0.0.1:8080", "10.0.0.1:8080"],
    ["https://[2001:DB8::1]/below/", "[2001:db8::1]"],
    ["http://Node_1.example.com.", "node_1.example.com."],
    ["http://bücher.example", "xn--bcher-kva.example"],
    ["http://%31%30.1", "10.0.0.1"],
  ] as const) {
    assert.equal(parseServiceUri(uri)?.host, host, uri);
  }
});

test("parseServiceUri() refuses what is no place, and what another program could take for more than a name", () => {
  const refused = [
    ...[
      "",
      "web",
      "ftp://a",
      "unix:/tmp/x",
      "http://",
      "http://a:65536",
      "http://a:0",
      "https://a:00",
    ],
    ...[
      "http://user@a",
      "http://:word@a",
      "http://a'b",
      'http://a"b',
      "http://a;b",
      "http://a)b",
      "http://(a",
    ],
    ...[
      "http://$a",
      "http://%24%7bHOME%7d",
      "http://*",
      "http://a,b",
      "http://a`b",
      "http://-a",
      "http://.a",
    ],
    ...["http://[fe80::1%25eth0]", `http://${"a.".repeat(127)}a`],
  ];
  for (const uri of refused) assert.equal(parseServiceUri(uri), undefined, uri);
});

test("instancesOf() says where requests go, and leaves out who wants none or cannot get any", () => {
  const announced = (id: string, uri: string, weight = 1) => ({ id, uri, weight, zone: undefined });
  const found = instancesOf([
    announced("b", "http://10.0.0.2:80/below//?query#part"),
    announced("a", "http://10.0.0.1:8080/"),
    announced("c", "http://10.0.0.3:8080", 0),
    announced("d", "http://10.0.0.4:0"),
  ]);
  assert.deepEqual(
    found.map(({ id, uri }) => [id, uri]),
    [
      ["a", "http://10.0.0.1:8080"],
      ["b", "http://10.0.0.2/below"],
    ],
  );
});
