import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { planeLimits } from "../plane-limits.ts";
import { type ParsedRequestHead, parseRequestHead } from "./parse-request-head.ts";
import { parseStreamHead } from "./parse-stream-head.ts";

const limits = { lineBytesMax: 200, fieldsMax: 4 };

function parse(text: string): ParsedRequestHead {
  return parseRequestHead(text, limits);
}

describe("parseRequestHead()", () => {
  test("takes a head apart", () => {
    const parsed = parse(
      "GET /a?b HTTP/1.1\r\nHost: Www.Example.com:80\r\nX-One:\t 1 2 \t\r\nx-two:",
    );
    assert.ok("head" in parsed);
    const { method, uri, authority, fields, framing, keepsAlive } = parsed.head;
    assert.deepEqual(
      [method, uri, authority, keepsAlive],
      ["GET", "/a?b", "Www.Example.com:80", true],
    );
    assert.deepEqual(fields, ["host", "Www.Example.com:80", "x-one", "1 2", "x-two", ""]);
    assert.deepEqual(framing, { kind: "none" });
  });

  test("an absolute target's host is the one that counts; it may not differ", () => {
    const head = (target: string): ParsedRequestHead =>
      parse(`GET ${target} HTTP/1.1\r\nHost: a.example:8080`);
    const same = head("http://A.example:8080?x");
    assert.ok("head" in same);
    assert.deepEqual([same.head.uri, same.head.authority], ["/?x", "A.example:8080"]);
    assert.ok("error" in head("http://b.example:8080/x"));
    assert.ok("error" in head("http://a.example/x"));
  });

  test("keeps a connection by the protocol and the Connection field", () => {
    const keeps = (version: string, connection: string): boolean => {
      const parsed = parse(`GET / HTTP/${version}\r\nHost: a${connection}`);
      assert.ok("head" in parsed);
      return parsed.head.keepsAlive;
    };
    assert.equal(keeps("1.1", ""), true);
    assert.equal(keeps("1.1", "\r\nConnection: x, Close"), false);
    assert.equal(keeps("1.0", ""), false);
    assert.equal(keeps("1.0", "\r\nConnection: Keep-Alive"), true);
    assert.equal(keeps("1.0", "\r\nConnection: keep-alive\r\nConnection: close"), false);
  });

  test("says which limit was met", () => {
    const status = (text: string): number => {
      const parsed = parse(text);
      return "status" in parsed ? parsed.status : 200;
    };
    assert.equal(status(`GET /${"x".repeat(200)} HTTP/1.1\r\nHost: a`), 414);
    assert.equal(status(`GET / HTTP/1.1\r\nHost: a${"\r\nX: y".repeat(4)}`), 431);
    assert.equal(status("GET / HTTP/2.0\r\nHost: a"), 505);
    assert.equal(status("CONNECT a:443 HTTP/1.1\r\nHost: a:443"), 405);
    assert.equal(status("OPTIONS * HTTP/1.1\r\nHost: a"), 200);
  });

  test("never throws, and what it takes has no control character left in it", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "GET ",
        "/",
        " HTTP/1.1",
        "\r\n",
        "Host: a",
        ":",
        "Content-Length: 1",
        "\0",
        "\n",
        " ",
      ),
      fc.string({ unit: "binary-ascii", maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const parsed = parse(pieces.join(""));
        if (!("head" in parsed)) return;
        const { method, uri, fields } = parsed.head;
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
        assert.doesNotMatch([method, uri, ...fields].join(""), /[\0-\x08\x0a-\x1f\x7f]/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("parseStreamHead()", () => {
  const pseudo = [":method", "POST", ":scheme", "https", ":authority", "a", ":path", "/x"];

  test("a stream without an end becomes chunks, one with an end no body", () => {
    const kind = (fields: readonly string[], isEnded: boolean): string => {
      const parsed = parseStreamHead([...pseudo, ...fields], isEnded);
      return "head" in parsed ? parsed.head.framing.kind : parsed.error;
    };
    assert.equal(kind([], false), "chunked");
    assert.equal(kind([], true), "none");
    assert.equal(kind(["content-length", "3"], false), "length");
    assert.equal(kind(["content-length", "0"], true), "length");
    assert.equal(kind(["content-length", "3"], true), "a length without a body");
  });

  test("an extended CONNECT for a WebSocket is a GET that asks for one; all others are refused", () => {
    const connect = [":method", "CONNECT", ":scheme", "https", ":authority", "a", ":path", "/x"];
    const read = (fields: readonly string[], isEnded = false): readonly unknown[] => {
      const parsed = parseStreamHead([...connect, ...fields], isEnded);
      if ("error" in parsed) return [parsed.status];
      const { method, upgrade, framing } = parsed.head;
      return [method, upgrade, framing.kind];
    };
    const webSocket = [":protocol", "websocket"];
    assert.deepEqual(read(webSocket), ["GET", "websocket", "none"]);
    assert.deepEqual(read([]), [405]);
    assert.deepEqual(read([":protocol", "connect-udp"]), [501]);
    assert.deepEqual(read(webSocket, true), [400]);
    assert.deepEqual(read([...webSocket, "content-length", "5"]), [400]);
    assert.deepEqual(read([...webSocket, "upgrade", "h2c"]), [400]);
    assert.ok("error" in parseStreamHead([...pseudo, ...webSocket], false));
  });

  test("refuses what HTTP/1 would read as something else", () => {
    const refused: readonly (readonly string[])[] = [
      ["transfer-encoding", "chunked"],
      ["connection", "close"],
      ["x", "a\r\nGET /smuggled HTTP/1.1"],
      ["x\r\ny", "a"],
      ["X-Upper", "a"],
      ["x:y", "a"],
      ["x", "a\0"],
      ["host", "b"],
      ["content-length", "1", "content-length", "1"],
      [":path", "/y"],
    ];
    for (const fields of refused) {
      const parsed = parseStreamHead([...pseudo, ...fields], false);
      assert.ok("error" in parsed, JSON.stringify(fields));
    }
    assert.ok(planeLimits.fieldsMax > 0);
  });
});
