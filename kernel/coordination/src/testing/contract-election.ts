/** The contract's part on election and detection. */

import assert from "node:assert/strict";
import type { Coordination } from "../coordination.ts";
import { detect } from "../detection.ts";
import { type Candidacy, contend, masterLabel } from "../election.ts";
import { bytes, type DefineTest, done, eventually, inTime, text } from "./contract-kit.ts";

interface Contender {
  readonly name: string;
  readonly store: Coordination;
  readonly candidacy: Candidacy;
}

export function testElection(define: DefineTest): void {
  define("of three contenders the eldest leads, then the next, then the last", async (given) => {
    const { root, open, expireSession } = given;
    const group = `${root}/mesos`;
    const contenders: Contender[] = [];
    for (const name of ["a", "b", "c"]) {
      const store = await open();
      const candidacy = contend(store, group, masterLabel, bytes(name));
      contenders.push({ name, store, candidacy });
      await eventually(`${name} to stand for election`, async () => {
        return (await store.children(group)).length === contenders.length;
      });
    }
    const seen: (string | undefined)[] = [];
    detect(await open(), group, masterLabel, (leader) => seen.push(text(leader)));
    const leading = (): string =>
      contenders
        .filter(({ candidacy }) => candidacy.isLeading())
        .map(({ name }) => name)
        .join();
    const [a, b, c] = contenders as [Contender, Contender, Contender];

    await inTime("a to be elected", a.candidacy.elected);
    await eventually("a to be detected", () => seen.at(-1) === "a");
    assert.equal(leading(), "a");

    if (expireSession === undefined) await a.store.close();
    else await expireSession(a.store);
    assert.notEqual(await inTime("a to have lost", a.candidacy.lost), "");
    await inTime("b to be elected", b.candidacy.elected);
    await eventually("b to be detected", () => seen.at(-1) === "b");
    assert.equal(leading(), "b");

    await b.candidacy.withdraw();
    await inTime("c to be elected", c.candidacy.elected);
    await eventually("c to be detected", () => seen.at(-1) === "c");
    assert.equal(leading(), "c");

    await c.candidacy.withdraw();
    assert.equal(leading(), "");
    await eventually("nobody to be detected", () => seen.at(-1) === undefined);
    assert.deepEqual(
      seen.filter((leader) => leader !== undefined),
      ["a", "b", "c"],
    );
  });

  define("a contender whose node somebody deleted has lost", async ({ root, open }) => {
    const [store, other] = await Promise.all([open(), open()]);
    const group = `${root}/mesos`;
    const candidacy = contend(store, group, masterLabel, bytes("a"));
    await inTime("a to be elected", candidacy.elected);
    assert.equal(candidacy.isLeading(), true);
    const [name] = await other.children(group);
    await done(other, { kind: "delete", path: `${group}/${name}` });
    assert.match(await inTime("a to have lost", candidacy.lost), /gone/);
    assert.equal(candidacy.isLeading(), false);
  });

  define("foreign nodes in the group are passed over", async ({ root, open }) => {
    const store = await open();
    const group = `${root}/mesos`;
    for (const name of ["json.info_", "json.info_12", "json.info_x000000000", "log_replicas"]) {
      await done(store, { kind: "create", path: `${group}/${name}`, value: bytes("foreign") });
    }
    await store.join(group, "info_", bytes("another label"));
    const seen: (string | undefined)[] = [];
    detect(await open(), group, masterLabel, (leader) => seen.push(text(leader)));
    await eventually("the first answer", () => seen.length > 0);
    assert.deepEqual(seen, [undefined]);
    const candidacy = contend(await open(), group, masterLabel, bytes("ours"));
    await inTime("ours to be elected", candidacy.elected);
    await eventually("ours to be detected", () => seen.at(-1) === "ours");
    assert.deepEqual(seen, [undefined, "ours"]);
  });
}
