/**
 * `curl -L` at a master that does not lead: sent on to the leader, and its POST sent again there.
 */

import assert from "node:assert/strict";
import { runProcess } from "@tavola/harness";
import type { Client } from "./client.ts";
import type { Masters } from "./masters.ts";
import { findProgram, step } from "./toolchain.ts";

const json = ["-H", "Content-Type: application/json", "-H", "Accept: application/json"];

async function curl(...args: readonly string[]): Promise<string> {
  const { stdout } = await step("curl", ["-sS", "--max-time", "20", ...args]);
  return stdout;
}

async function readsFollow(masters: Masters): Promise<void> {
  const standby = await masters.standby();
  const leader = await masters.leader();
  const { host } = new URL(leader);
  for (const path of ["/state", "/master/state?x=1", "/master/redirect"]) {
    const headers = await curl("-D-", "-o/dev/null", `${standby}${path}`);
    assert.match(headers, /^HTTP\/1\.1 307 /);
    const location = /^Location: (.*)\r$/im.exec(headers)?.[1];
    const sentTo = path === "/master/redirect" ? `//${host}` : `//${host}${path}`;
    assert.equal(location, sentTo, path);
  }
  const state = JSON.parse(await curl("-L", `${standby}/master/state`)) as { pid: string };
  assert.equal(state.pid, `master@${host}`);
}

async function callsFollow(masters: Masters): Promise<void> {
  const call = ["-L", ...json, "-d", JSON.stringify({ type: "GET_AGENTS" })];
  const answer = await curl(...call, `${await masters.standby()}/api/v1`);
  const { get_agents } = JSON.parse(answer) as { get_agents: { agents: unknown[] } };
  assert.equal(get_agents.agents.length, masters.cluster.agents.length);
}

async function streamsFollow(masters: Masters): Promise<void> {
  const framework_info = { user: "root", name: "conformance-curl" };
  const call = { type: "SUBSCRIBE", subscribe: { framework_info } };
  const url = `${await masters.standby()}/api/v1/scheduler`;
  const args = ["-sSNL", "--max-time", "2", ...json, "-d", JSON.stringify(call), url];
  const { stdout, stderr } = await runProcess("curl", args);
  const [length, event = ""] = stdout.split("\n", 2);
  assert.match(event.slice(0, Number(length)), /"type":"SUBSCRIBED"/, stdout + stderr);
}

export const curlClient: Client = {
  name: "curl",
  speaks: "HTTP",
  async prepare() {
    return findProgram("curl") === undefined ? "curl is not installed" : undefined;
  },
  checks: [
    { name: "a GET follows a standby's redirect", runWithMasters: readsFollow },
    { name: "a POST follows it, body and all", runWithMasters: callsFollow },
    { name: "a framework's SUBSCRIBE follows it, to a stream", runWithMasters: streamsFollow },
  ],
};
