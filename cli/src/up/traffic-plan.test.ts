import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterPlanOptions } from "./cluster-plan.ts";
import { answersDns, planDiscovery, planFrontdoor } from "./traffic-plan.ts";
import { parseUpOptions } from "./up-options.ts";

function planOf(...args: readonly string[]): ClusterPlanOptions {
  const machine = { cpus: 8, memBytes: 2 ** 34, diskBytes: 2 ** 36 };
  return { ...parseUpOptions(args), workDir: "/w", cgroupsRoot: "tavola-up-1", machine };
}

test("planDiscovery() gives one server its usual port, and several a store in common", () => {
  assert.deepEqual(planDiscovery(planOf(), 0, {}).args, [
    "discovery",
    "--work_dir=/w/discovery",
    "--store=sqlite:///w/discovery/discovery.db",
    "--store_session_timeout=4secs",
    "--ip=127.0.0.1",
    "--port=7098",
    "--log-format=text",
    "--log-name=discovery",
  ]);
  const three = planOf("--discoveries=3", "--zk=zk://h:1/m");
  const { name, args } = planDiscovery(three, 2, {});
  assert.equal(name, "discovery 3");
  assert.ok(args.includes("--store=zk://h:1/m/discovery"));
  assert.ok(args.includes("--port=7102"), "behind the scheduler's");
  assert.ok(planDiscovery(planOf("--ports=6000"), 0, {}).args.includes("--port=6004"));
  assert.ok(
    planDiscovery(planOf("--ports=auto"), 0, { before: 40_000 }).args.includes("--port=40000"),
  );
  assert.ok(planDiscovery(planOf("--discovery.lease=5secs"), 0, {}).args.includes("--lease=5secs"));
});

test("a discovery server that answers DNS is told the masters, whose names it answers", () => {
  const dns = planOf("--discovery.dns_port=0");
  assert.equal(answersDns(dns), true);
  assert.equal(answersDns(planOf("--discovery.dns_domain=x")), false);
  assert.ok(planDiscovery(dns, 0, { master: "h:5050" }).args.includes("--master=h:5050"));
});

test("planFrontdoor() has a file to write rules into, unless it is given some", () => {
  const { args, files } = planFrontdoor(planOf(), ["http://127.0.0.1:1"]);
  assert.ok(args.includes("--rules=/w/frontdoor/frontdoor.rules"));
  assert.ok(args.includes("--discovery=http://127.0.0.1:1"));
  assert.ok(args.includes("--port=8080"));
  assert.deepEqual(Object.keys(files ?? {}), ["/w/frontdoor/frontdoor.rules"]);
  const given = planOf("--frontdoor-rules=/r.git#main:f", "--frontdoor-port=0", "--ports=6000");
  const other = planFrontdoor(given, ["http://127.0.0.1:1"]);
  assert.equal(other.files, undefined);
  for (const arg of ["--rules=/r.git#main:f", "--port=0", "--admin_port=6006"]) {
    assert.ok(other.args.includes(arg), arg);
  }
  const remote = planFrontdoor(planOf("--frontdoor-rules=git+ssh://h/r#main:f"), []);
  assert.ok(remote.args.includes("--rules=git+ssh://h/r#main:f"));
});

test("there is no front door without discovery, nor where it is not wanted", () => {
  assert.equal(planOf("--discoveries=0").hasFrontdoor, false);
  assert.equal(planOf("--no-frontdoor").hasFrontdoor, false);
  assert.throws(() => planOf("--discoveries=0", "--frontdoor-rules=x"), /none without discovery/);
  assert.throws(() => planOf("--no-frontdoor", "--frontdoor-port=1"), /none with --no-frontdoor/);
  assert.throws(() => planOf("--discoveries=9"), /"9"; wanted a whole number from 0 to 5/);
  assert.throws(() => planOf("--schedulers=-1"), /"-1"; wanted a whole number from 0 to 5/);
  assert.throws(() => planOf("--frontdoor-port=x"), /wanted 0 to 65535/);
});
