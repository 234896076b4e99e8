import assert from "node:assert/strict";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { parseFlags, silentLogger } from "@tavola/host";
import { hasGitHttpBackend, startGitHttpServer } from "../rules/testing/git-http-server.ts";
import { createGitRepository } from "../rules/testing/git-repository.ts";
import { scriptedDiscovery } from "../testing/scripted-discovery.ts";
import { ScriptedPlane } from "../testing/scripted-plane.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { waitUntil } from "../testing/wait-until.ts";
import { frontdoorFlags } from "./frontdoor-flags.ts";
import { startFrontdoor } from "./start-frontdoor.ts";

const skip = hasGitHttpBackend ? false : "git http-backend is not installed";

interface Told {
  readonly path: string | undefined;
  readonly token: string | undefined;
  readonly state: string;
}

/** A host of repositories that takes statuses as GitLab does. */
async function scriptedGitLab(context: TestContext) {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      const token = request.headers["private-token"] as string | undefined;
      told.push({ path: request.url, token, state: JSON.parse(text).state });
      response.writeHead(201).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { told, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v4` };
}

test("rules come over HTTP with a password that nobody sees, and their host is told what became of them", {
  skip,
}, async (context) => {
  const folder = await temporaryFolder(context);
  const repository = createGitRepository(folder);
  const first = repository.push("passthru a\n");
  const second = repository.push("nonsense\n");
  mkdirSync(`${folder}/served/team`, { recursive: true });
  const served = `${folder}/served/team/routes.git`;
  renameSync(repository.path, served);
  const git = await startGitHttpServer(context, `${folder}/served`, "me:secret");
  const gitlab = await scriptedGitLab(context);
  const discovery = await scriptedDiscovery(context);
  writeFileSync(`${folder}/token`, "t0ken\n");
  const { value, error } = parseFlags(frontdoorFlags, {
    arguments: [
      `--rules=git+http://me:secret@${git.host}/team/routes.git#main:frontdoor.rules`,
      "--rules-poll-interval=100ms",
      `--discovery=${discovery.url}`,
      `--work-dir=${folder}/work`,
      "--admin-port=0",
      "--commit-status=gitlab",
      `--commit-status-token=file://${folder}/token`,
      `--commit-status-url=${gitlab.url}`,
    ],
    environment: {},
  });
  assert.equal(error, undefined);
  const frontdoor = await startFrontdoor({
    flags: (value as NonNullable<typeof value>).values,
    logger: silentLogger,
    environment: { PATH: process.env["PATH"], HOME: folder },
    openDataPlane: async ({ observer }) => new ScriptedPlane(observer),
  });
  context.after(() => frontdoor.close());
  await waitUntil(() => gitlab.told.length > 0, "the host to be told of the broken commit");
  const page = await (await fetch(`${frontdoor.adminUrl}/status`)).text();
  assert.ok(!page.includes("secret"));
  assert.ok(page.includes(`git+http://***@${git.host}/team/routes.git#main:frontdoor.rules`));
  renameSync(served, repository.path);
  const third = repository.push("passthru b\n");
  renameSync(repository.path, served);
  await waitUntil(() => gitlab.told.length > 1, "the host to be told of the good one");
  const path = (commit: string): string => `/api/v4/projects/team%2Froutes/statuses/${commit}`;
  assert.deepEqual(gitlab.told, [
    { path: path(second), token: "t0ken", state: "failed" },
    { path: path(third), token: "t0ken", state: "success" },
  ]);
  assert.notEqual(first, second);
});
