/** An HAProxy that a test drives, with who asks and who answers. */

import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { type Agent, createServer, get, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { seededRandom } from "@tavola/base";
import { readProcesses, silentLogger, systemClock } from "@tavola/host";
import { parsedRules } from "../../../core/testing/parsed-rules.ts";
import type { DataPlane, EndedRequest } from "../../data-plane.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { createHaproxyPlane, type HaproxyPlaneOptions } from "../haproxy-plane.ts";
import { haproxyBinary } from "./find-haproxy.ts";

export interface DrivenPlane {
  readonly plane: DataPlane;
  readonly folder: string;
  readonly ended: readonly EndedRequest[];
  rules(text: string): Promise<void>;
  /** Instances of `web`. */
  serve(...uris: readonly string[]): Promise<void>;
}

export async function drivenPlane(
  context: TestContext,
  options: Partial<HaproxyPlaneOptions> = {},
): Promise<DrivenPlane> {
  const folder = await mkdtemp(join(tmpdir(), "tavola-haproxy-"));
  const ended: EndedRequest[] = [];
  const plane = await createHaproxyPlane({
    listen: { ip: "127.0.0.1", httpPort: 0, httpsPort: undefined, certificates: [] },
    clock: systemClock(),
    random: seededRandom(7),
    logger: silentLogger,
    observer: { ended: (request) => void ended.push(request) },
    folder,
    binary: haproxyBinary,
    ...options,
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  context.after(async () => {
    await plane.close({ drainMs: 0 });
    await rm(folder, { recursive: true, force: true });
  });
  return {
    plane,
    folder,
    ended,
    rules: (text) => plane.setRules({ source: "test", rules: parsedRules(text) }),
    serve: (...uris) => {
      const instances = uris.map((uri) => ({ id: uri, uri, weight: 1, zone: undefined }));
      return plane.setServices(new Map([["web", instances]]));
    },
  };
}

/** Its URI. Without a listener, it answers with its name. */
export async function backend(
  context: TestContext,
  name: string,
  listener: RequestListener = (_request, response) => void response.end(name),
): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** On a connection of its own unless an agent keeps one. */
export function ask(plane: DataPlane, path: string, agent?: Agent): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = agent === undefined ? { agent: false as const } : { agent };
  get(plane.urls[0] + path, { ...options, headers: { host: "www.example.com" } }, (response) => {
    let body = "";
    response.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    response.once("error", reject);
    response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
  }).once("error", reject);
  return promise;
}

export function haproxiesIn(folder: string): readonly number[] {
  return readProcesses()
    .filter(({ pid, state }) => state !== "Z" && commandLineOf(pid).includes(`${folder}/`))
    .map(({ pid }) => pid);
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** The process that is there when all others have finished. */
export async function onlyHaproxyIn(folder: string): Promise<number> {
  await waitFor(
    () => haproxiesIn(folder).length === 1,
    () => "the process before it to end",
  );
  return haproxiesIn(folder)[0] as number;
}
