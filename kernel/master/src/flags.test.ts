import assert from "node:assert/strict";
import test from "node:test";
import { parseFlags } from "@tavola/host";
import { masterFlags, parseRoles } from "./flags.ts";
import { parsePercentage, parseRateLimit } from "./flags-availability.ts";

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
  assert.equal(value?.shown["registry"], "replicated_log");
  assert.equal(value?.shown["zk_session_timeout"], "10secs");
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
  ["--zk=zoo:2181", "zk://"],
  ["--master_contender=org_x", "leader election by a module is not supported yet"],
  ["--master_detector=org_x", "leader election by a module is not supported yet"],
  ["--registry=leveldb", "'leveldb' is no registry; it is replicated_log or in_memory"],
  ["--recovery_agent_removal_limit=half", "wanted a percentage such as 50%"],
  ["--agent_removal_rate_limit=10mins", "wanted NUMBER/DURATION such as 1/10mins"],
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
    "--zk=zk://user:secret@a:2181,b:2181/mesos",
    "--quorum=2",
    "--agent_removal_rate_limit=1/20mins",
  ];
  assert.equal(parse(...harmless).error, undefined);
});

test("parsePercentage() and parseRateLimit() read Mesos's forms", () => {
  assert.equal(parsePercentage("12.5%").value, 0.125);
  assert.match(parsePercentage("101%").error ?? "", /is no share/);
  assert.deepEqual(parseRateLimit("3/1mins").value, { permits: 3, perMs: 60_000 });
  for (const text of ["0/1mins", "1/", "1/x", "x/1mins"]) {
    assert.match(parseRateLimit(text).error ?? "", /is no rate/, text);
  }
});

test("parseRoles() always has the default role", () => {
  assert.deepEqual([...parseRoles("web, eng").value].sort(), ["*", "eng", "web"]);
});
