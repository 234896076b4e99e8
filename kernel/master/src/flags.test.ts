import assert from "node:assert/strict";
import test from "node:test";
import { parseFlags } from "@tavola/host";
import { masterFlags, parseRoles } from "./flags.ts";

function parse(...args: readonly string[]) {
  return parseFlags(masterFlags, { arguments: ["--work_dir=/w", ...args], environment: {} });
}

test("masterFlags have Mesos's defaults", () => {
  const { value } = parse();
  assert.equal(value?.values.port, 5050);
  assert.equal(value?.values.agent_ping_timeout, 15_000);
  assert.equal(value?.shown["agent_reregister_timeout"], "10mins");
  assert.equal(value?.shown["allocation_interval"], "1secs");
  assert.equal(value?.shown["min_allocatable_resources"], "cpus:0.01|mem:32");
  assert.equal(value?.shown["registry_max_agent_age"], "2weeks");
});

test("masterFlags are read from MESOS_ variables, and need a work directory", () => {
  const { value } = parseFlags(masterFlags, {
    arguments: [],
    environment: { MESOS_WORK_DIR: "/w", MESOS_CLUSTER: "c" },
  });
  assert.equal(value?.values.cluster, "c");
  assert.match(
    parseFlags(masterFlags, { arguments: [], environment: {} }).error ?? "",
    /'work_dir' is required/,
  );
});

for (const [flag, says] of [
  ["--zk=zk://a:2181/mesos", "leader election is not supported yet; leave the flag out"],
  ["--quorum=1", "a registry that several masters share is not supported yet"],
  ["--registry=replicated_log", "'replicated_log' is not supported yet; give --registry=in_memory"],
  ["--authenticate_agents", "authentication is not supported yet"],
  ["--acls={}", "access control is not supported yet"],
  ["--weights=a=2", "weights of roles is not supported yet"],
  ["--allocator=mine", "an allocator module is not supported yet"],
  ["--agent_reregister_timeout=1mins", "must be at least 10mins"],
  ["--agent_ping_timeout=1ms", "must be between 1secs and 15mins"],
  ["--max_agent_ping_timeouts=0", "must be at least 1"],
  ["--roles=a,-b", "Role component '-b' is invalid because it starts with a dash"],
  ["--min_allocatable_resources=cpus", "Failed to parse 'cpus'"],
] as const) {
  test(`${flag} is refused with a sentence`, () => {
    const { error } = parse(flag);
    assert.ok(error?.includes(says), error);
    assert.ok(error?.includes(flag.slice(2).split("=")[0] ?? ""), "which names the flag");
  });
}

test("flags of features that are not there are accepted while they ask for nothing", () => {
  const harmless = [
    "--no-authenticate_agents",
    "--registry=in_memory",
    "--allocator=hierarchical",
    "--role_sorter=drf",
    "--filter_gpu_resources",
    "--zk_session_timeout=4secs",
  ];
  assert.equal(parse(...harmless).error, undefined);
});

test("parseRoles() always has the default role", () => {
  assert.deepEqual([...parseRoles("web, eng").value].sort(), ["*", "eng", "web"]);
});
