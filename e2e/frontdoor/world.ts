/**
 * A front door's world: a Git repository that its rules are pushed to, a discovery server, services that
 * are announced there, all on free ports and in a temporary folder, gone after the test.
 */

import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { eventually } from "@tavola/harness";
import { connectDiscovery, type DiscoveryClient } from "@tavola/sdk";
import { type DaemonProcess, startDaemon } from "./daemon-process.ts";

const isInstalled = (program: string, argument: string): boolean =>
  spawnSync(program, [argument]).status === 0;
export const skipGit = isInstalled("git", "--version") ? false : "git is not installed";
export const skipHaproxy =
  skipGit || (isInstalled("haproxy", "-v") ? false : "haproxy is not installed");
export const bound = { boundMs: 60_000 };

interface Repository {
  readonly location: string;
  push(rules: string): void;
  goAway(): void;
}

function createRepository(folder: string): Repository {
  const bare = join(folder, "routes.git");
  const work = join(folder, "work");
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], {
      env: { PATH: process.env["PATH"], HOME: folder, GIT_CONFIG_NOSYSTEM: "1" },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  git("init", "--quiet", "--bare", "--initial-branch=main", bare);
  git("init", "--quiet", "--initial-branch=main", work);
  return {
    location: `${bare}#main:frontdoor.rules`,
    push(rules) {
      mkdirSync(work, { recursive: true });
      writeFileSync(join(work, "frontdoor.rules"), rules);
      git("-C", work, "add", "--all");
      git("-C", work, "commit", "--quiet", "-m", "Change routes");
      git("-C", work, "push", "--quiet", bare, "main");
    },
    goAway: () => renameSync(bare, `${bare}.away`),
  };
}

/** Answers with its name. */
async function startService(context: TestContext, name: string): Promise<string> {
  const server = createServer((_, response) => response.end(name));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A process that answers with its name, and the address that it says it has. */
export async function startServiceProcess(
  context: TestContext,
  name: string,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const program = `const server = require("node:http").createServer((_, response) => response.end("${name}"));
    server.listen(0, "127.0.0.1", () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  context.after(() => child.kill("SIGKILL"));
  const [port] = await once(child.stdout, "data");
  return { child, url: `http://127.0.0.1:${String(port).trim()}` };
}

export interface World {
  readonly folder: string;
  readonly repository: Repository;
  readonly discovery: DaemonProcess;
  readonly client: DiscoveryClient;
  /** Once `discovery` was ended: another one in its place. */
  startDiscovery(port: string): Promise<DaemonProcess>;
  startFrontdoor(options?: FrontdoorOptions): Promise<DaemonProcess>;
}

interface FrontdoorOptions {
  /** Of its work directory; default "frontdoor". */
  readonly name?: string;
  /** Default: any that is free. */
  readonly port?: string;
}

/** Services a and b, announced; no rules yet. */
export async function openWorld(
  context: TestContext,
  dataPlane: string,
  discoveryFlags: readonly string[] = [],
): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "tavola-frontdoor-e2e-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const repository = createRepository(folder);
  const startDiscovery = (port: string): Promise<DaemonProcess> =>
    startDaemon(context, "discovery", [
      `--port=${port}`,
      `--work_dir=${folder}/discovery`,
      ...discoveryFlags,
    ]);
  const discovery = await startDiscovery("0");
  const client = connectDiscovery({ servers: discovery.url });
  context.after(() => client.close({ patienceMs: 100 }));
  for (const serviceType of ["a", "b"]) {
    const serviceUri = await startService(context, serviceType);
    client.announce({ serviceType, serviceUri });
  }
  const watch = client.subscribe();
  await eventually(
    "both services to be announced",
    () => (watch.find("a").length === 1 && watch.find("b").length === 1 ? true : undefined),
    bound,
  );
  return {
    folder,
    repository,
    discovery,
    client,
    startDiscovery,
    startFrontdoor: ({ name = "frontdoor", port = "0" } = {}) =>
      startDaemon(context, "frontdoor", [
        `--port=${port}`,
        "--admin-port=0",
        `--data-plane=${dataPlane}`,
        `--rules=${repository.location}`,
        `--discovery=${discovery.url}`,
        `--work_dir=${folder}/${name}`,
      ]),
  };
}

function adminUrl(frontdoor: DaemonProcess): string {
  const [, url] = /adminUrl[^h]*(http:\/\/[\d.:]+)/.exec(frontdoor.output()) ?? [];
  assert.ok(url !== undefined, frontdoor.output());
  return url;
}

export async function statusOf(frontdoor: DaemonProcess) {
  return (await (await fetch(`${adminUrl(frontdoor)}/status`)).json()) as {
    readonly troubles: readonly string[];
    readonly rules: { readonly refused: readonly { readonly reasons: readonly string[] }[] };
  };
}
