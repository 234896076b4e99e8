import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ClusterPlanOptions,
  planAgent,
  planMaster,
  planScheduler,
  storeOf,
} from "./cluster-plan.ts";
import { formatShare, type Machine, shareOf } from "./machine-share.ts";
import { parseUpOptions } from "./up-options.ts";

const gb = 1024 ** 3;
const machine: Machine = { cpus: 8, memBytes: 17 * gb, diskBytes: 105 * gb };

const options: ClusterPlanOptions = {
  workDir: "/w",
  masters: 1,
  zk: undefined,
  agents: 2,
  schedulers: 1,
  schedulerPort: 7099,
  schedulerFlags: [],
  discoveries: 1,
  discoveryPort: 7098,
  discoveryFlags: [],
  hasFrontdoor: true,
  frontdoorPort: 8080,
  frontdoorAdminPort: 8081,
  frontdoorRules: undefined,
  frontdoorFlags: [],
  firstPort: 5050,
  logFormat: "text",
  cgroupsRoot: "tavola-up-1",
  masterFlags: [],
  agentFlags: [],
  machine,
};

test("shareOf() deals the machine out once, less what the system keeps", () => {
  assert.deepEqual(shareOf(machine, 0, 2), {
    cpus: 4,
    memMb: 8192,
    diskMb: 51_200,
    ports: [31_000, 31_499],
  });
  assert.deepEqual(shareOf(machine, 1, 2).ports, [31_500, 31_999]);
  const small = { cpus: 2, memBytes: gb, diskBytes: 4 * gb };
  assert.equal(formatShare(shareOf(small, 2, 3)), "cpus:0.6;mem:170;disk:682;ports:[31666-31998]");
});

test("planMaster() and planAgent() give every daemon a place and a port of its own", () => {
  assert.deepEqual(planMaster(options).args, [
    "master",
    "--work_dir=/w/master",
    "--ip=127.0.0.1",
    "--hostname=127.0.0.1",
    "--port=5050",
    "--log-format=text",
  ]);
  assert.deepEqual(planAgent(options, 1, "127.0.0.1:5050").args, [
    "agent",
    "--master=127.0.0.1:5050",
    "--work_dir=/w/agent-2/work",
    "--runtime_dir=/w/agent-2/run",
    "--ip=127.0.0.1",
    "--hostname=127.0.0.1",
    "--port=5052",
    "--resources=cpus:4;mem:8192;disk:51200;ports:[31500-31999]",
    "--cgroups_root=tavola-up-1/agent-2",
    "--fetcher_cache_dir=/w/agent-2/fetch",
    "--registration_backoff_factor=20ms",
    "--log-format=text",
    "--log-name=agent-2",
  ]);
});

test("several masters have a store in common, ports in a row, and names of their own", () => {
  const three = { ...options, masters: 3 };
  assert.deepEqual(planMaster(three, 1).args, [
    "master",
    "--work_dir=/w/master-2",
    "--ip=127.0.0.1",
    "--hostname=127.0.0.1",
    "--port=5051",
    "--zk=sqlite:///w/masters.db",
    "--zk_session_timeout=4secs",
    "--log-format=text",
    "--log-name=master-2",
  ]);
  assert.ok(planAgent(three, 0, storeOf(three) ?? "").args.includes("--port=5053"));
  assert.ok(planMaster({ ...three, firstPort: 0 }, 0, 40_000).args.includes("--port=40000"));
  assert.equal(storeOf({ ...options, zk: "zk://a:1/m" }), "zk://a:1/m");
  assert.equal(storeOf(options), undefined);
});

test("ports are left to the system when they are to be free ones", () => {
  const auto = { ...options, firstPort: 0 };
  assert.ok(planMaster(auto).args.includes("--port=0"));
  assert.ok(planAgent(auto, 1, "a:1").args.includes("--port=0"));
});

test("flags that the user passes through replace those of the plan", () => {
  const own = { ...options, agentFlags: ["--resources=cpus:1", "--no-switch_user"] };
  const { args, resources } = planAgent(own, 0, "a:1");
  assert.deepEqual(
    args.filter((arg) => /resources|switch_user/.test(arg)),
    ["--resources=cpus:1", "--no-switch_user"],
  );
  assert.equal(resources, "cpus:1");
});

test("planScheduler() shares a store among several, and gives one that is started again its port", () => {
  const { args, name } = planScheduler({ ...options, schedulers: 2 }, 1, {
    master: "127.0.0.1:5050",
    discovery: ["http://127.0.0.1:1", "http://127.0.0.1:2"],
  });
  assert.equal(name, "scheduler 2");
  assert.ok(args.includes("--store=sqlite:///w/scheduler/scheduler.db"));
  assert.ok(args.includes("--port=7100"));
  assert.ok(args.includes("--discovery=http://127.0.0.1:1,http://127.0.0.1:2"));
  const servers = { master: "zk://h:2181/m", discovery: [] };
  const stored = planScheduler({ ...options, zk: "zk://h:2181/m" }, 0, servers, 40_001);
  assert.ok(!stored.args.some((arg) => arg.startsWith("--discovery")));
  assert.ok(stored.args.includes("--store=zk://h:2181/m/scheduler"));
  assert.ok(stored.args.includes("--port=40001"));
});

test("parseUpOptions() tells its own options from those of the daemons", () => {
  const parsed = parseUpOptions([
    "--ports=auto",
    "--agents=3",
    "--agent.resources=cpus:1",
    "--master.no-root_submissions",
    "--work-dir",
    "/w",
  ]);
  assert.deepEqual(parsed, {
    masters: 1,
    zk: undefined,
    agents: 3,
    schedulers: 1,
    schedulerPort: 0,
    schedulerFlags: [],
    discoveries: 1,
    discoveryPort: 0,
    discoveryFlags: [],
    hasFrontdoor: true,
    frontdoorPort: 0,
    frontdoorAdminPort: 0,
    frontdoorRules: undefined,
    frontdoorFlags: [],
    firstPort: 0,
    readyFile: undefined,
    workDir: "/w",
    logFormat: "text",
    masterFlags: ["--no-root_submissions"],
    agentFlags: ["--resources=cpus:1"],
  });
});
