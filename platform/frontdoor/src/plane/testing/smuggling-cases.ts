/**
 * Where does the request end? Published ways to have two answers to that.
 *
 * Sources: PortSwigger's "HTTP Desync Attacks" (2019) and its tool's permutations, "Browser-Powered
 * Desync" (2022), "HTTP/1.1 must die" (2025); Regis Leroy's "Hiding Wookiees in HTTP" (2016); narfindustries'
 * http-garden; RFC 9112; CVEs by number.
 */

import { chunkedPost, type HostileCase, withSmuggled } from "./hostile-case.ts";

const desync = "HTTP Desync Attacks (2019)";
const garden = "http-garden";
/** Of what `withSmuggled` puts after a head. */
const smuggledBytes = 49;

/** Of a smuggled request after an empty chunked body. */
const emptyChunks = "0\r\n\r\n";

function both(title: string, coding: string, source = desync): HostileCase {
  return {
    title: `Content-Length and ${title}`,
    source,
    bytes: withSmuggled(`Content-Length: ${smuggledBytes + 5}\r\n${coding}\r\n`, emptyChunks),
    kind: "dubious",
  };
}

const codings: readonly HostileCase[] = [
  both("Transfer-Encoding (CL.TE)", "Transfer-Encoding: chunked"),
  both("an unknown coding", "Transfer-Encoding: xchunked"),
  both("a space before the colon", "Transfer-Encoding : chunked"),
  both("a tab before the colon", "Transfer-Encoding\t: chunked"),
  both("a tab before the value", "Transfer-Encoding:\tchunked"),
  both("a vertical tab before the value", "Transfer-Encoding: \x0bchunked"),
  both("a form feed after the value", "Transfer-Encoding: chunked\x0c"),
  both("a NUL after the value", "Transfer-Encoding: chunked\0"),
  both("a line that is folded", "Transfer-Encoding:\r\n chunked"),
  both("a name that is folded", "Foo: bar\r\n Transfer-Encoding: chunked"),
  both("a space before the name", " Transfer-Encoding: chunked"),
  both("a bare line feed before the name", "Foo: bar\nTransfer-Encoding: chunked"),
  both("a bare carriage return before the name", "Foo: bar\rTransfer-Encoding: chunked"),
  both("a carriage return within the name", "Transfer-\rEncoding: chunked"),
  both("quotes about the value", 'Transfer-Encoding: "chunked"'),
  both("single quotes about the value", "Transfer-Encoding: 'chunked'"),
  both("two codings", "Transfer-Encoding: chunked, identity"),
  both("identity", "Transfer-Encoding: identity"),
  both("chunked twice in a line", "Transfer-Encoding: chunked, chunked"),
  both("two lines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
  both("two lines the other way", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"),
  both("an empty coding first", "Transfer-Encoding: ,chunked"),
  both("a parameter", "Transfer-Encoding: chunked;q=0.5"),
  both("capitals", "TRANSFER-ENCODING: CHUNKED"),
  { ...both("an underscore in the name", "Transfer_Encoding: chunked"), kind: "fine" },
  both("a letter that is none", "Transfer-Encod\xedng: chunked"),
  both("a byte before the value", "Transfer-Encoding: \xffchunked"),
  both("a backspace in the name", "Transfer-Encoding\x08: chunked"),
  both("an unfinished header", "X: X\nTransfer-Encoding: chunked"),
  both("a no-break space", "Transfer-Encoding:\xa0chunked"),
];

function lengthCase(title: string, fields: string, kind: HostileCase["kind"]): HostileCase {
  return { title, source: "RFC 9112 6.3", bytes: withSmuggled(fields), kind };
}

const lengths: readonly HostileCase[] = [
  lengthCase(
    "two lengths that differ",
    `Content-Length: 0\r\nContent-Length: ${smuggledBytes}\r\n`,
    "refused",
  ),
  lengthCase(
    "two lengths that differ, longer first",
    `Content-Length: ${smuggledBytes}\r\nContent-Length: 0\r\n`,
    "refused",
  ),
  lengthCase("a list of lengths that differ", `Content-Length: 0, ${smuggledBytes}\r\n`, "refused"),
  lengthCase(
    "the same length twice",
    `Content-Length: ${smuggledBytes}\r\nContent-Length: ${smuggledBytes}\r\n`,
    "dubious",
  ),
  lengthCase("a plus sign", `Content-Length: +${smuggledBytes}\r\n`, "refused"),
  lengthCase("a minus sign", `Content-Length: -${smuggledBytes}\r\n`, "refused"),
  lengthCase("hexadecimal", "Content-Length: 0x31\r\n", "refused"),
  lengthCase("a fraction", `Content-Length: ${smuggledBytes}.0\r\n`, "refused"),
  lengthCase("an exponent", "Content-Length: 4.9e1\r\n", "refused"),
  lengthCase("an underscore among the digits", "Content-Length: 4_9\r\n", "refused"),
  lengthCase("a space among the digits", "Content-Length: 4 9\r\n", "refused"),
  lengthCase("words", "Content-Length: fifty\r\n", "refused"),
  lengthCase("no digits", "Content-Length:\r\n", "refused"),
  lengthCase(
    "more than 64 bits (2^64 + 49)",
    "Content-Length: 18446744073709551665\r\n",
    "refused",
  ),
  lengthCase("other digits than ASCII's", "Content-Length: \xb2\r\n", "refused"),
  lengthCase("a space before the colon", `Content-Length : ${smuggledBytes}\r\n`, "refused"),
  lengthCase("a folded length", `Content-Length:\r\n ${smuggledBytes}\r\n`, "dubious"),
  lengthCase(
    "a length hidden behind a bare line feed",
    `X: y\nContent-Length: ${smuggledBytes}\r\n`,
    "dubious",
  ),
  lengthCase(
    "a length hidden behind a bare carriage return",
    `X: y\rContent-Length: ${smuggledBytes}\r\n`,
    "dubious",
  ),
];

const codingsAlone: readonly HostileCase[] = [
  ["xchunked", "Transfer-Encoding: xchunked"],
  ["chunked that is not the last", "Transfer-Encoding: chunked, gzip"],
  ["identity", "Transfer-Encoding: identity"],
  ["a list with nothing in it", "Transfer-Encoding: ,"],
].map(([title = "", field = ""]) => ({
  title: `the coding is ${title}`,
  source: "RFC 9112 6.1",
  bytes: withSmuggled(`${field}\r\n`, emptyChunks),
  kind: "dubious",
}));

const oldProtocol: readonly HostileCase[] = [
  {
    title: "a coding in HTTP/1.0",
    source: "RFC 9112 6.1",
    bytes: withSmuggled(
      "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n",
      emptyChunks,
    ).replace("HTTP/1.1", "HTTP/1.0"),
    kind: "dubious",
  },
  {
    title: "a GET with a length (0.CL)",
    source: "HTTP/1.1 must die (2025)",
    bytes: withSmuggled(`Content-Length: ${smuggledBytes}\r\n`).replace("POST", "GET"),
    kind: "fine",
  },
  {
    title: "Expect with a body that is another request",
    source: "HTTP/1.1 must die (2025)",
    bytes: withSmuggled(`Expect: 100-continue\r\nContent-Length: ${smuggledBytes}\r\n`),
    kind: "fine",
  },
  {
    title: "Expect that is obfuscated",
    source: "HTTP/1.1 must die (2025)",
    bytes: withSmuggled(`Expect: y 100-continue\r\nContent-Length: ${smuggledBytes}\r\n`),
    kind: "dubious",
  },
];

function chunkCase(title: string, body: string, source: string): HostileCase {
  const smuggled = "GET /smuggled HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
  return { title, source, bytes: chunkedPost(`${body}${smuggled}`), kind: "dubious" };
}

const chunks: readonly HostileCase[] = [
  chunkCase("a size with 0x", "0x0\r\n\r\n", garden),
  chunkCase("a size with a plus sign", "+0\r\n\r\n", garden),
  chunkCase("a size with a minus sign", "-0\r\n\r\n", garden),
  chunkCase("a size with an underscore", "0_0\r\n\r\n", garden),
  chunkCase("a size with a space before", " 0\r\n\r\n", garden),
  chunkCase("a size of nothing", "\r\n\r\n", garden),
  chunkCase("a size above 64 bits", "10000000000000000\r\n\r\n", "CVE-2013-2028"),
  chunkCase("a size that ends in a bare line feed", "0\n\r\n", "TERM.EXT (2025)"),
  chunkCase("a size that ends in a bare carriage return", "0\r\r\n", garden),
  chunkCase(
    "an extension with a bare line feed",
    "1;a\nX\r\n0\r\n\r\n",
    "TERM.EXT, CVE-2025-22871",
  ),
  chunkCase("an extension with a bare carriage return", "1;a\rb\r\nX\r\n0\r\n\r\n", garden),
  chunkCase("an extension with a NUL", "1;a\0\r\nX\r\n0\r\n\r\n", garden),
  chunkCase("data that is longer than its size", "1\r\nXY\r\n0\r\n\r\n", "EXT.TERM (2025)"),
  chunkCase("data without a line's end after it", "1\r\nX0\r\n\r\n", garden),
  chunkCase("data that ends in a bare line feed", "1\r\nX\n0\r\n\r\n", garden),
  chunkCase("data that ends in a bare carriage return", "1\r\nX\rY0\r\n\r\n", garden),
  chunkCase("a trailer line without a colon", "0\r\nX\r\n\r\n", garden),
  chunkCase("a trailer that is folded", "0\r\nX: y\r\n z\r\n\r\n", garden),
  chunkCase("a trailer with a bare line feed", "0\r\nX: y\nZ: z\r\n\r\n", garden),
  chunkCase(
    "extensions without end",
    `1;${"a".repeat(20_000)}\r\nX\r\n0\r\n\r\n`,
    "CVE-2023-39326",
  ),
];

/** These are to the letter of the RFC, and end where they say. */
const fineChunks: readonly HostileCase[] = [
  {
    title: "a length in the trailers",
    source: "RFC 9110 6.5.1",
    bytes: chunkedPost("1\r\nX\r\n0\r\nContent-Length: 51\r\nTransfer-Encoding: chunked\r\n\r\n"),
    kind: "fine",
  },
  {
    title: "an extension",
    source: "RFC 9112 7.1.1",
    bytes: chunkedPost('1;name=value;other="quoted"\r\nX\r\n0\r\n\r\n'),
    kind: "fine",
  },
  {
    title: "sizes with zeros before and in capitals",
    source: "RFC 9112 7.1",
    bytes: chunkedPost(`00A\r\n0123456789\r\n000\r\n\r\n`),
    kind: "fine",
  },
];

export const smugglingCases: readonly HostileCase[] = [
  ...codings,
  ...lengths,
  ...codingsAlone,
  ...oldProtocol,
  ...chunks,
  ...fineChunks,
];
