import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFlags } from "@tavola/host";
import { agentFlags } from "./flags.ts";
import { recordedBody } from "./testing/recordings.ts";

function parse(...args: readonly string[]) {
  const needed = ["--master=127.0.0.1:5050", "--work_dir=/tmp/w"];
  return parseFlags(agentFlags, { arguments: [...needed, ...args], environment: {} });
}

test("defaults are Mesos's", () => {
  const recorded = (JSON.parse(recordedBody("agent-flags")) as { flags: Record<string, string> })
    .flags;
  const shown = parse().value?.shown ?? {};
  const given = new Set([
    "attributes",
    "ip",
    "launcher",
    "master",
    "port",
    "resources",
    "work_dir",
  ]);
  // Where that machine had others than Mesos's, or a value of its own.
  const other = new Set([
    "appc_store_dir",
    "docker_store_dir",
    "fetcher_cache_dir",
    "systemd_enable_support",
  ]);
  // Differs: isolators are chosen by what the machine allows; help and version are commands.
  const notHere = new Set(["isolation", "help", "version"]);
  for (const [name, value] of Object.entries(recorded)) {
    if (given.has(name) || other.has(name)) continue;
    assert.equal(shown[name], notHere.has(name) ? undefined : value, name);
  }
});

const refused: readonly (readonly [flag: string, reason: RegExp])[] = [
  ["--authenticate_http_readonly", /authentication is not supported yet/],
  ["--image_providers=docker", /container images is not supported yet/],
  ["--containerizers=docker,mesos", /containerizer other than `mesos`/],
  ["--modules=file:///x", /modules|x/],
  ["--recover=never", /none of reconnect, cleanup/],
  ["--reconfiguration_policy=any", /none of equal, additive/],
  ["--gc_disk_headroom=2", /between 0 and 1/],
  ["--executor_reregistration_timeout=1mins", /at most 15secs/],
  ["--executor_environment_variables=[]", /JSON object of strings/],
  ["--launcher=docker", /none of linux, posix/],
  ["--nonsense=1", /unknown flag/],
];

for (const [flag, reason] of refused) {
  test(`${flag} is refused with a reason`, () => {
    assert.match(parse(flag).error ?? "", reason);
  });
}

test("a master is an address, or the store of several", () => {
  const errorOf = (master: string): string | undefined =>
    parseFlags(agentFlags, {
      arguments: [`--master=${master}`, "--work_dir=/tmp/w"],
      environment: {},
    }).error;
  for (const master of ["a:5050", "master@10.0.0.1:5050", "zk://u:p@a,b:2182/mesos"]) {
    assert.equal(errorOf(master), undefined, master);
  }
  assert.match(errorOf("zk://a:2181") ?? "", /needs a path/);
  assert.match(errorOf("a") ?? "", /host:port, or the store of several/);
});

test("flags of Mesos that ask for nothing are taken", () => {
  assert.equal(
    parse("--strict", "--no-docker_ignore_runtime", "--perf_interval=2mins").error,
    undefined,
  );
});
