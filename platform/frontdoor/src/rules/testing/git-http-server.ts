/** Git's own HTTP server (`git http-backend`, a CGI program) over a folder of bare repositories. */

import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";

export interface GitHttpServer {
  /** `127.0.0.1:port` */
  readonly host: string;
  /** Requests that came without the password. */
  readonly unauthorized: number;
  /** Of each pack that it sends only the first half, and then ends the connection. */
  halvesPacks: boolean;
}

/** Asks for a name and a password, if one is given. */
export async function startGitHttpServer(
  context: TestContext,
  folder: string,
  password: string | undefined,
): Promise<GitHttpServer> {
  let unauthorized = 0;
  const wanted =
    password === undefined ? undefined : `Basic ${Buffer.from(password).toString("base64")}`;
  const server = createServer((request, response) => {
    if (wanted !== undefined && request.headers.authorization !== wanted) {
      unauthorized += 1;
      response.writeHead(401, { "www-authenticate": "Basic" }).end();
      return;
    }
    runBackend(folder, request, (output) => answer(output, response, self.halvesPacks));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const self: GitHttpServer = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get unauthorized() {
      return unauthorized;
    },
    halvesPacks: false,
  };
  return self;
}

function runBackend(
  folder: string,
  request: IncomingMessage,
  ended: (output: Buffer) => void,
): void {
  const [path = "/", query = ""] = (request.url ?? "/").split("?");
  const environment = {
    PATH: process.env["PATH"],
    HOME: folder,
    GIT_PROJECT_ROOT: folder,
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: path,
    QUERY_STRING: query,
    REQUEST_METHOD: request.method,
    CONTENT_TYPE: request.headers["content-type"],
    HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
    GIT_PROTOCOL: request.headers["git-protocol"] as string | undefined,
    REMOTE_USER: "test",
    REMOTE_ADDR: "127.0.0.1",
  };
  const child = spawn("git", ["http-backend"], {
    env: environment,
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => {});
  request.pipe(child.stdin);
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  child.on("close", () => ended(Buffer.concat(pieces)));
}

/** What a CGI program writes: headers, an empty line, the body. */
function answer(output: Buffer, response: ServerResponse, halvesPacks: boolean): void {
  const end = output.indexOf("\r\n\r\n");
  let status = 200;
  for (const line of output.subarray(0, Math.max(0, end)).toString("latin1").split("\r\n")) {
    const [name = "", value = ""] = line.split(": ");
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else if (name !== "") response.setHeader(name, value);
  }
  response.writeHead(end < 0 ? 500 : status);
  const body = output.subarray(end + 4);
  const pack = body.indexOf("PACK");
  if (!halvesPacks || pack < 0) response.end(body);
  else response.write(body.subarray(0, (pack + body.length) >> 1), () => response.destroy());
}

/** For tests that skip where it is absent: Debian's `git` has it. */
export const hasGitHttpBackend = existsSync(
  join(
    spawnSync("git", ["--exec-path"], { encoding: "utf8" }).stdout?.trim() ?? "",
    "git-http-backend",
  ),
);
