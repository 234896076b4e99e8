/**
 * Reads HTTP/1 messages off bytes, for tests: strictly, without a line of the code that is tested.
 * What can be read in two ways it calls ambiguous, whichever way a lenient reader would choose.
 */

export interface ReadMessage {
  /** The first line. */
  readonly start: string;
  /** Name in lower case and value, in the order in which they came. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly trailers: readonly (readonly [name: string, value: string])[];
  /** Its end has come. */
  readonly isComplete: boolean;
  /** Why two readers could read it differently. */
  readonly ambiguity: string | undefined;
}

export interface ReadOptions {
  /** Of an answer: no body by its status or the request's method. */
  readonly hasNoBody?: (start: string) => boolean;
  /** Of an answer without framing: all that comes is its body. */
  readonly endsWithConnection?: boolean;
}

/** All messages in `text` (latin1); the last one may be incomplete. What is no head at all is one message. */
export function readMessages(text: string, options: ReadOptions = {}): ReadMessage[] {
  const messages: ReadMessage[] = [];
  let at = 0;
  while (at < text.length) {
    const read = readMessage(text, at, options);
    messages.push(read.message);
    if (!read.message.isComplete) break;
    at = read.end;
  }
  return messages;
}

function readMessage(
  text: string,
  start: number,
  options: ReadOptions,
): { readonly message: ReadMessage; readonly end: number } {
  const headEnd = text.indexOf("\r\n\r\n", start);
  const head = text.slice(start, headEnd < 0 ? text.length : headEnd);
  const [first = "", ...lines] = head.split("\r\n");
  const fields = lines.map(splitField);
  const common = { start: first, fields, trailers: [], ambiguity: ambiguityOf(head, fields) };
  if (headEnd < 0) {
    return { message: { ...common, body: "", isComplete: false }, end: text.length };
  }
  const bodyStart = headEnd + 4;
  if (options.hasNoBody?.(first) === true) {
    return { message: { ...common, body: "", isComplete: true }, end: bodyStart };
  }
  if (firstValue(fields, "transfer-encoding") !== undefined) {
    const { body, trailers, end, ambiguity } = readChunks(text, bodyStart);
    const isComplete = end !== undefined;
    return {
      message: { ...common, body, trailers, isComplete, ambiguity: common.ambiguity ?? ambiguity },
      end: end ?? text.length,
    };
  }
  const length = firstValue(fields, "content-length");
  if (length === undefined && options.endsWithConnection === true) {
    return {
      message: { ...common, body: text.slice(bodyStart), isComplete: false },
      end: text.length,
    };
  }
  const end = bodyStart + Number(length ?? 0);
  const body = text.slice(bodyStart, end);
  return { message: { ...common, body, isComplete: text.length >= end }, end };
}

function splitField(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  if (colon < 0) return [line.toLowerCase(), ""];
  return [
    line.slice(0, colon).toLowerCase(),
    line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, ""),
  ];
}

/** The first one's value. */
export function firstValue(fields: ReadMessage["fields"], name: string): string | undefined {
  return fields.find(([field]) => field === name)?.[1];
}

export function allValues(fields: ReadMessage["fields"], name: string): string[] {
  return fields.filter(([field]) => field === name).map(([, value]) => value);
}

function ambiguityOf(head: string, fields: ReadMessage["fields"]): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n|$)|(?:^|[^\r])\n/.test(head))
    return "control characters";
  const lengths = allValues(fields, "content-length");
  const codings = allValues(fields, "transfer-encoding");
  if (lengths.length + codings.length > 1) return "framed twice";
  if (lengths.some((length) => !/^[0-9]{1,15}$/.test(length))) return "no such length";
  if (codings.some((coding) => coding.toLowerCase() !== "chunked")) return "no such coding";
  const odd = fields.find(([name]) => !/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name));
  if (odd !== undefined) return `a field called ${JSON.stringify(odd[0])}`;
  const forged = fields.find(([name]) => /^(?:content_length|transfer_encoding)$/.test(name));
  return forged === undefined ? undefined : `a field called ${forged[0]}`;
}

function readChunks(
  text: string,
  start: number,
): {
  readonly body: string;
  readonly trailers: ReadMessage["trailers"];
  readonly end: number | undefined;
  readonly ambiguity: string | undefined;
} {
  let at = start;
  let body = "";
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return { body, trailers: [], end: undefined, ambiguity: undefined };
    const line = text.slice(at, lineEnd);
    if (!/^[0-9a-fA-F]+(?:;[\t\x20-\x7e]*)?$/.test(line)) {
      return {
        body,
        trailers: [],
        end: undefined,
        ambiguity: `a chunk of ${JSON.stringify(line)}`,
      };
    }
    const size = Number.parseInt(line, 16);
    if (size === 0) break;
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
    if (at <= text.length && text.slice(at - 2, at) !== "\r\n") {
      return { body, trailers: [], end: undefined, ambiguity: "a chunk longer than it says" };
    }
  }
  const trailerStart = text.indexOf("\r\n", at) + 2;
  if (text.startsWith("\r\n", trailerStart)) {
    return { body, trailers: [], end: trailerStart + 2, ambiguity: undefined };
  }
  const trailerEnd = text.indexOf("\r\n\r\n", trailerStart);
  if (trailerEnd < 0) return { body, trailers: [], end: undefined, ambiguity: undefined };
  const trailers = text.slice(trailerStart, trailerEnd).split("\r\n").map(splitField);
  return { body, trailers, end: trailerEnd + 4, ambiguity: undefined };
}
