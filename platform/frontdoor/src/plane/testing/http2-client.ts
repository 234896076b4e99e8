/** An HTTP/2 client that a test plays. */

import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from "node:http2";

const http2 = process.getBuiltinModule("node:http2");

export interface Http2Answer {
  /** Undefined: the stream was reset before there was one. */
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly trailers: Readonly<Record<string, unknown>>;
  /** Of a stream that was reset: with what. 0: it ended as it should. */
  readonly resetCode: number;
}

export interface Http2Client {
  /** Ended by the caller, unless it has no body. */
  open(headers: OutgoingHttpHeaders, options?: { readonly hasBody?: boolean }): ClientHttp2Stream;
  ask(headers: OutgoingHttpHeaders): Promise<Http2Answer>;
  readonly session: ClientHttp2Session;
  close(): void;
}

/** `http:` is spoken with prior knowledge. Nobody vouches for the certificates of tests. */
export function connectHttp2(url: string, servername = "www.example.com"): Http2Client {
  const session = http2.connect(url, { rejectUnauthorized: false, servername });
  session.on("error", () => {});
  const scheme = url.startsWith("https") ? "https" : "http";
  const open: Http2Client["open"] = (headers, { hasBody = false } = {}) =>
    session.request(
      { ":scheme": scheme, ":authority": "www.example.com", ":path": "/", ...headers },
      { endStream: !hasBody },
    );
  return {
    session,
    open,
    ask: (headers) => answerOf(open(headers)),
    close: () => session.destroy(),
  };
}

export async function answerOf(stream: ClientHttp2Stream): Promise<Http2Answer> {
  let headers: Record<string, unknown> = {};
  let trailers: Record<string, unknown> = {};
  let body = "";
  stream.setEncoding("latin1");
  stream.on("response", (received) => {
    headers = received;
  });
  stream.on("trailers", (received) => {
    trailers = received;
  });
  stream.on("data", (text: string) => {
    body += text;
  });
  stream.on("error", () => {});
  await new Promise<void>((resolve) => {
    if (stream.closed) resolve();
    else stream.once("close", resolve);
  });
  const status = headers[":status"] as number | undefined;
  return { status, headers, body, trailers, resetCode: stream.rstCode ?? 0 };
}
