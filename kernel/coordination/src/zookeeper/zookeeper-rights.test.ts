/** Whose nodes are whose, and whether Mesos and ZooKeeper's own tools see in ours what they see in theirs. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { CodedError } from "@tavola/base";
import { silentLogger } from "@tavola/host";
import { type Ensemble, findZooKeeper, startZooKeeper } from "@tavola/test-servers";
import type { Coordination } from "../coordination.ts";
import { detect } from "../detection.ts";
import { contend, masterLabel } from "../election.ts";
import { bytes, done, eventually, inTime, text, withCode } from "../testing/contract.ts";
import { type Credentials, connectedZooKeeper } from "./testing/zookeeper-clients.ts";

const found = findZooKeeper();
const options = { skip: found.error ?? false, timeout: 60_000 };
const recorded = readFileSync(
  join(import.meta.dirname, "../../testdata/mesos-1.12/zookeeper.txt"),
  "utf8",
);
const [recordedInfo = ""] = recorded.split("\n");
const joe = { user: "joe", password: "secret" };
let ensemble: Ensemble;
const opened: Coordination[] = [];

before(async () => {
  if (found.error === undefined) ensemble = await startZooKeeper();
});
after(() => ensemble?.close());
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function connected(credentials?: Credentials): Promise<Coordination> {
  const session = { sessionTimeoutMs: 4_000, logger: silentLogger };
  const store = await connectedZooKeeper(ensemble, session, credentials);
  opened.push(store);
  return store;
}

/** Runs ZooKeeper's own command line client; the answer is what it prints. */
async function zkCli(...commands: readonly string[]): Promise<string> {
  assert.ok(found.value);
  const { java, jar } = found.value;
  const server = ensemble.connectString;
  const main = "org.apache.zookeeper.ZooKeeperMain";
  const child = spawn(java, ["-Xmx64m", "-cp", jar, main, "-server", server], { timeout: 30_000 });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    printed += piece;
  });
  child.stderr.resume();
  child.stdin.end(`${commands.join("\n")}\nquit\n`);
  await new Promise((resolve) => child.once("close", resolve));
  return printed;
}

/** "dataVersion" to "0", of the lines `name = value`, and "rights" to the lines of an ACL. */
function statOf(printed: string): Record<string, string> {
  const fields = [...printed.matchAll(/^(\w+) = (.*)$/gm)].map(([, name, value]) => [name, value]);
  const rights = [...printed.matchAll(/^('.*)\n: (\w+)$/gm)].map(
    ([, who, what]) => `${who}: ${what}`,
  );
  return { ...Object.fromEntries(fields), rights: rights.join("; ") };
}

test("our leader's node looks to ZooKeeper's tools as Mesos's does", options, async () => {
  const store = await connected();
  const value = bytes(recordedInfo);
  const candidacy = contend(store, "/mesos", masterLabel, value);
  await inTime("to be elected", candidacy.elected);
  const path = "/mesos/json.info_0000000000";
  const printed = await zkCli(`get -s ${path}`, `getAcl ${path}`);
  assert.ok(printed.split("\n").includes(recordedInfo), printed);
  const [ours, theirs] = [statOf(printed), statOf(recorded)];
  for (const same of [
    "dataVersion",
    "aclVersion",
    "cversion",
    "dataLength",
    "numChildren",
    "rights",
  ]) {
    assert.ok(theirs[same] !== undefined, same);
    assert.equal(ours[same], theirs[same], same);
  }
  assert.match(ours["ephemeralOwner"] ?? "", /^0x[1-9a-f]/);
});

test(
  "Mesos's masters and what else it keeps in the group are detected as Mesos does",
  options,
  async () => {
    await zkCli(
      "create /theirs",
      "create /theirs/log_replicas",
      'create /theirs/log_replicas/0000000000 "x"',
      'create -s /theirs/info_ "older than JSON"',
      `create -s /theirs/json.info_ '${recordedInfo}'`,
      'create -s /theirs/json.info_ "the next one"',
    );
    const store = await connected();
    const seen: (string | undefined)[] = [];
    detect(store, "/theirs", masterLabel, (leader) => seen.push(text(leader)));
    await eventually("their leader", () => seen.at(-1) !== undefined);
    assert.equal(seen.at(-1), recordedInfo);
    const [eldest = ""] = (await store.children("/theirs")).filter((name) =>
      name.startsWith("json"),
    );
    await done(store, { kind: "delete", path: `/theirs/${eldest}` });
    await eventually("their next leader", () => seen.at(-1) === "the next one");
  },
);

test("with a password nodes are everybody's to read and only ours to change", options, async () => {
  const [store, same, nobody] = [await connected(joe), await connected(joe), await connected()];
  const member = await store.join("/joes/group", "m_", bytes("a"));
  const path = `/joes/group/${member.name}`;
  const rights = statOf(await zkCli("addauth digest joe:secret", `getAcl ${path}`))["rights"];
  assert.match(rights ?? "", /^'world,'anyone: r; 'digest,'joe:\S+=: cdrwa$/);
  assert.equal(text((await nobody.get(path))?.value), "a");
  await done(same, { kind: "set", path, value: bytes("b") });
  await same.join("/joes/group", "m_", bytes("c"));
  await assert.rejects(nobody.join("/joes/group", "m_", bytes("x")), withCode("UNAUTHORIZED"));
  await assert.rejects(nobody.leave("/joes/group", member), withCode("UNAUTHORIZED"));
});

test("a wrong password is said with who may, at join and at every write", options, async () => {
  const store = await connected(joe);
  await store.join("/owned/group", "m_", bytes("a"));
  const wrong = await connected({ user: "joe", password: "guess" });
  const sentence =
    /cannot join "\/owned\/group" in zk:\/\/127\.0\.0\.1:\d+\/mesos: it is not open to "joe" \(allowed: at "\/owned\/group" world:anyone: read; digest:joe: all\); give the user and password that it was made with/;
  await assert.rejects(wrong.join("/owned/group", "m_", bytes("x")), sentence);
  await assert.rejects(
    wrong.transact([{ kind: "create", path: "/owned/x/y", value: bytes("") }]),
    /cannot create "\/owned\/x" .* it is not open to "joe" \(allowed: at "\/owned" /,
  );
  assert.equal(wrong.session.state, "connected");
  for (const error of [store, wrong].map(({ description }) => description)) {
    assert.doesNotMatch(error, /secret|guess/);
  }
});

test("a contender with a wrong password gives up with the reason", options, async () => {
  const store = await connected(joe);
  await store.join("/taken", masterLabel, bytes("a"));
  const wrong = await connected();
  const candidacy = contend(wrong, "/taken", masterLabel, bytes("b"));
  assert.match(await inTime("to give up", candidacy.lost), /not open to nobody/);
});

test("somebody's ephemeral node in the way is said so", options, async () => {
  const [store, other] = [await connected(), await connected()];
  const { name } = await other.join("/way", "m_", bytes("a"));
  const below = store.join(`/way/${name}`, "m_", bytes("b"));
  await assert.rejects(below, (error) => {
    assert.ok(error instanceof CodedError);
    assert.equal(error.code, "BAD_PATH");
    assert.match(error.message, /in the way belongs to somebody's session .* use another path/);
    return true;
  });
});

test(
  "what only its owner may read is refused to others with the owner's name",
  options,
  async () => {
    await zkCli("addauth digest joe:secret", 'create /private "x" auth::cdrwa');
    const store = await connected();
    await assert.rejects(store.get("/private"), /cannot read "\/private" .* not open to nobody/);
  },
);
