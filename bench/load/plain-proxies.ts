/**
 * HAProxy and nginx as somebody would set them up by hand for the same routes, and the back end of all:
 * processes of ours in the foreground, with configurations in a folder of ours, on loopback.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";

export interface StartedProxy {
  readonly url: string;
  readonly httpsUrl: string;
  stop(): Promise<void>;
}

export interface RouteOptions {
  readonly folder: string;
  /** Certificate and key in one file, and apart. */
  readonly pem: string;
  /** `/api/timezone` and others, in the order of the rules; the last one is asked for. */
  readonly prefixes: readonly string[];
  /** `127.0.0.1:1234`. */
  readonly backends: readonly string[];
  /** Of HAProxy: where it sends its log by UDP; it then also says who asked, and begins a trace. */
  readonly logPort?: number;
}

export const haproxyBinary = "/usr/sbin/haproxy";
const nginxBinary = "/usr/sbin/nginx";

/** Undefined: both are here. */
export function proxiesMissing(): string | undefined {
  const missing = [haproxyBinary, nginxBinary].filter((file) => !existsSync(file));
  return missing.length === 0 ? undefined : `missing: apt-get install haproxy nginx (${missing})`;
}

/** nginx with two files, on as many addresses of loopback as there are to be instances. */
export async function startBackEnd(
  folder: string,
  addresses: readonly string[],
): Promise<StartedProxy> {
  const port = await freePort();
  const root = join(folder, "files");
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, "1kB"), Buffer.alloc(1024, "a"));
  writeFileSync(join(root, "1MB"), Buffer.alloc(1024 * 1024, "a"));
  const listens = addresses.map((address) => `listen ${address}:${port};`).join("\n");
  const body = `server { ${listens}
    root ${root}; rewrite ^.*/([^/]*)$ /$1 break; default_type text/plain; }`;
  return startNginx(folder, body, port, port);
}

export async function startPlainNginx(options: RouteOptions): Promise<StartedProxy> {
  const { folder, pem, prefixes, backends } = options;
  const [port, httpsPort] = [await freePort(), await freePort()];
  const locations = prefixes
    .map((prefix) => `location ${prefix} { proxy_pass http://service; }`)
    .join("\n");
  const body = `upstream service { ${backends.map((each) => `server ${each};`).join(" ")} keepalive 64; }
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
    proxy_buffering off;
    server { listen 127.0.0.1:${port}; listen 127.0.0.1:${httpsPort} ssl;
      ssl_certificate ${pem}; ssl_certificate_key ${pem}; keepalive_requests 1000000000;
      ${locations} }`;
  return startNginx(folder, body, port, httpsPort);
}

async function startNginx(
  folder: string,
  http: string,
  port: number,
  httpsPort: number,
): Promise<StartedProxy> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "nginx.conf");
  const bodies = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((each) => `${each}_temp_path ${join(folder, each)};`)
    .join(" ");
  writeFileSync(
    file,
    // Its workers read files in a folder that is ours alone.
    `${process.getuid?.() === 0 ? "user root; " : ""}daemon off; worker_processes 2; pid ${join(folder, "pid")}; error_log ${join(folder, "error.log")} warn;
    worker_rlimit_nofile 8192; events { worker_connections 4096; }
    http { access_log off; keepalive_requests 1000000000; sendfile on; tcp_nopush on; server_names_hash_bucket_size 128; ${bodies}
    ${http} }\n`,
  );
  return startProxy(
    [nginxBinary, "-p", folder, "-e", join(folder, "start.log"), "-c", file],
    port,
    httpsPort,
  );
}

/** With its routes in a map, as its manual advises for many of them. */
export async function startPlainHaproxy(options: RouteOptions): Promise<StartedProxy> {
  const { folder, pem, prefixes, backends, logPort } = options;
  const [port, httpsPort] = [await freePort(), await freePort()];
  mkdirSync(folder, { recursive: true });
  const map = join(folder, "routes.map");
  writeFileSync(map, prefixes.map((prefix) => `${prefix} service\n`).join(""));
  const file = join(folder, "haproxy.cfg");
  writeFileSync(
    file,
    `defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
frontend front
  bind 127.0.0.1:${port}
  bind 127.0.0.1:${httpsPort} ssl crt ${pem}
${logPort === undefined ? "" : sameWork(logPort)}
  use_backend %[path,map_beg(${map})]
backend service
${backends.map((backend, at) => `  server s${at} ${backend}`).join("\n")}
`,
  );
  return startProxy([haproxyBinary, "-db", "-f", file], port, httpsPort);
}

/** What our planes do for each request, as one would write it by hand. */
function sameWork(logPort: number): string {
  return `  log 127.0.0.1:${logPort} local0
  option httplog
  option forwardfor
  http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header Forwarded 'for=%[src];host="%[req.hdr(host)]";proto=%[ssl_fc,iif(https,http)]'
  http-request set-header traceparent 00-%[uuid,sha1,hex,lower,bytes(0,32)]-%[uuid,sha1,hex,lower,bytes(0,16)]-01 unless { req.hdr(traceparent) -m found }`;
}

async function startProxy(
  argv: readonly string[],
  port: number,
  httpsPort: number,
): Promise<StartedProxy> {
  const child = spawn("setpriv", ["--pdeathsig", "TERM", ...argv], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-20_000);
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await untilListening(port, child, () => said);
  return {
    url: `http://127.0.0.1:${port}`,
    httpsUrl: `https://127.0.0.1:${httpsPort}`,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function untilListening(
  port: number,
  child: ChildProcess,
  said: () => string,
): Promise<void> {
  const bound = performance.now() + 20_000;
  while (performance.now() < bound && child.exitCode === null) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: "127.0.0.1", port });
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("close", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`a proxy does not start: ${said()}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
