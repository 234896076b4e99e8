import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CodedError, seededRandom } from "@tavola/base";
import {
  type Coordination,
  createMemoryCoordination,
  type MemoryCoordination,
  steadyClock,
  untilConnected,
} from "@tavola/coordination";
import fc from "fast-check";
import type { Announcement } from "../core/announcement.ts";
import { announcementOf } from "../core/announcement.ts";
import { Catalogue } from "../core/catalogue.ts";
import type { Operation } from "../core/operation.ts";
import { AnnouncementLog, type LogReader } from "./announcement-log.ts";
import { batchPath, headPath, logFolder, snapshotsFolder } from "./log-layout.ts";
import { writeSnapshot } from "./snapshot.ts";

const path = "/tavola/discovery";
const wallNow = (): number => Date.UTC(2026, 10, 21);

function announcement(id: string, port: number): Announcement {
  const members = {
    announcementId: id,
    serviceType: `t${port % 3}`,
    serviceUri: `http://h:${port}`,
  };
  return announcementOf(JSON.stringify(members), port % 2 === 0 ? undefined : "owner");
}

/** What a server knows. */
class Reader implements LogReader {
  readonly catalogue = new Catalogue();
  resets = 0;

  get generation(): string | undefined {
    return this.catalogue.generation;
  }
  get index(): number {
    return this.catalogue.index;
  }
  reset(generation: string, index: number, announcements: Iterable<Announcement>): void {
    this.resets += 1;
    this.catalogue.reset(generation, index, announcements);
  }
  apply(batch: Parameters<Catalogue["apply"]>[0]): void {
    this.catalogue.apply(batch);
  }
  all(): Iterable<Announcement> {
    return this.catalogue.values();
  }

  /** By id, as JSON with its owner. */
  get known(): readonly (readonly [string, string])[] {
    const entries = [...this.catalogue.values()].map(
      ({ id, json, owner }) => [id, `${json} ${owner}`] as const,
    );
    return entries.sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

interface Server {
  readonly store: Coordination;
  readonly reader: Reader;
  readonly log: AnnouncementLog;
}

async function connect(
  ensemble: MemoryCoordination,
  longLog = { batches: 3, bytes: 1 << 30 },
): Promise<Server> {
  const store = ensemble.connect({ sessionTimeoutMs: 3000 });
  await untilConnected(store, 20_000);
  return begin(store, new Reader(), longLog);
}

function begin(
  store: Coordination,
  reader: Reader,
  longLog = { batches: 3, bytes: 1 << 30 },
): Server {
  const log = new AnnouncementLog({ place: { store, path }, reader, wallNow, longLog });
  return { store, reader, log };
}

function newEnsemble(): MemoryCoordination {
  const delayMs = { min: 0, max: 0 };
  return createMemoryCoordination({ clock: steadyClock(), random: seededRandom(1), delayMs });
}

/** Until it is written; others may write in between. */
async function append({ log }: Server, operations: readonly Operation[]): Promise<void> {
  for (;;) {
    if ((await log.append(operations)) === "written") return;
    await log.follow();
  }
}

const put = (id: string, port = 1): Operation => ({
  kind: "put",
  announcement: announcement(id, port),
});

type Step =
  | { readonly kind: "write"; readonly server: 0 | 1; readonly operations: readonly Operation[] }
  | { readonly kind: "follow" | "shorten" | "crash while shortening"; readonly server: 0 | 1 };

const ids = ["a", "b", "c", "d"];
const operation = fc.oneof(
  fc
    .tuple(fc.constantFrom(...ids), fc.integer({ min: 1, max: 9 }))
    .map(([id, port]) => put(id, port)),
  fc.constantFrom(...ids).map((id): Operation => ({ kind: "withdraw", id })),
);
const server = fc.constantFrom(0 as const, 1 as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(server, fc.array(operation, { minLength: 1, maxLength: 4 }))
      .map(([at, operations]) => ({ kind: "write" as const, server: at, operations })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        server,
        fc.constantFrom("follow" as const, "shorten" as const, "crash while shortening" as const),
      )
      .map(([at, kind]) => ({ kind, server: at })),
  },
);

describe("the log of announcements", () => {
  test("two that write and shorten it, one that follows and one that comes late know the same", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const ensemble = newEnsemble();
        const servers = [await connect(ensemble), await connect(ensemble)] as const;
        const follower = await connect(ensemble);
        for (const { log } of [...servers, follower]) await log.follow();
        const expected = new Map<string, string>();
        for (const each of steps) {
          const at = servers[each.server];
          if (each.kind === "write") {
            await append(at, each.operations);
            for (const done of each.operations) {
              if (done.kind === "put") {
                const { id, json, owner } = done.announcement;
                expected.set(id, `${json} ${owner}`);
              } else expected.delete(done.id);
            }
          } else if (each.kind === "follow") await at.log.follow();
          else if (each.kind === "shorten") {
            await at.log.follow();
            if (!at.log.isLong) continue;
            const makeCount = await at.log.prepareSnapshot();
            await append(servers[each.server === 0 ? 1 : 0], [put("between", 4)]);
            expected.set("between", `${announcement("between", 4).json} undefined`);
            await at.log.follow();
            await makeCount();
            await at.log.sweep();
          } else await writeSnapshot({ store: at.store, path }, at.reader.all());
        }
        const late = await connect(ensemble);
        const known = [...expected].sort(([a], [b]) => (a < b ? -1 : 1));
        for (const { log, reader } of [...servers, follower, late]) {
          await log.follow();
          assert.deepEqual(reader.known, known);
        }
        assert.equal(
          new Set([...servers, follower, late].map(({ reader }) => reader.index)).size,
          1,
        );
        // What nobody finished is gone after the next sweep.
        await servers[0].log.sweep();
        assert.ok((await late.store.children(snapshotsFolder(path))).length <= 1);
        for (const { store } of [...servers, follower, late]) await store.close();
      }),
      { numRuns: 40 },
    );
  });

  test("a log that was shortened is short, and who was far behind reads the snapshot", async () => {
    const ensemble = newEnsemble();
    const [writer, behind] = [await connect(ensemble), await connect(ensemble)];
    for (const { log } of [writer, behind]) await log.follow();
    for (let each = 0; each < 9; each += 1) await append(writer, [put(`id-${each}`)]);
    assert.equal(writer.log.isLong, true);
    const makeCount = await writer.log.prepareSnapshot();
    await append(writer, [{ kind: "withdraw", id: "id-0" }]);
    await makeCount();
    await writer.log.sweep();
    assert.equal(writer.log.isLong, false);
    assert.equal((await writer.store.children(logFolder(path))).length, 1);
    await behind.log.follow();
    assert.equal(behind.reader.resets, 2);
    assert.deepEqual(behind.reader.known, writer.reader.known);
    await append(behind, [put("more")]);
    await writer.log.follow();
    assert.deepEqual(behind.reader.known, writer.reader.known);
    for (const { store } of [writer, behind]) await store.close();
  });

  test("whether a batch was written whose connection broke is found out", async () => {
    for (const outcome of ["applied", "not applied"] as const) {
      const ensemble = newEnsemble();
      const one = await connect(ensemble);
      await one.log.follow();
      ensemble.breakNextTransaction(one.store, outcome);
      await assert.rejects(one.log.append([put("a")]), { code: "OUTCOME_UNKNOWN" });
      await untilConnected(one.store, 20_000);
      await one.log.follow();
      assert.equal(one.log.wasWritten(), outcome === "applied");
      assert.equal(one.reader.known.length, outcome === "applied" ? 1 : 0);
      assert.equal(one.log.wasWritten(), false, "it is told once");
      await one.store.close();
    }
  });

  test("a store that has lost its head, or has an older one, is given what is known, far above", async () => {
    const ensemble = newEnsemble();
    const one = await connect(ensemble);
    await one.log.follow();
    await append(one, [put("a"), put("b")]);
    const backup = await one.store.get(headPath(path));
    await append(one, [put("c")]);
    const { index, generation } = one.reader;
    assert.ok(backup !== undefined);
    await one.store.transact([{ kind: "set", path: headPath(path), value: backup.value }]);
    await one.log.follow();
    assert.equal(one.reader.known.length, 3);
    assert.notEqual(one.reader.generation, generation);
    assert.ok(one.reader.index >= index + 1_000_000);
    const second = one.reader.index;
    await one.store.transact([{ kind: "delete", path: headPath(path) }]);
    await one.log.follow();
    assert.ok(one.reader.index >= second + 1_000_000);
    const late = await connect(ensemble);
    await late.log.follow();
    assert.deepEqual(late.reader.known, one.reader.known);
    for (const { store } of [one, late]) await store.close();
  });

  test("what is damaged or newer is refused by its node, and nothing is changed", async () => {
    const ensemble = newEnsemble();
    const one = await connect(ensemble);
    await one.log.follow();
    await append(one, [put("a")]);
    const node = batchPath(path, one.reader.index);
    const stored = await one.store.get(node);
    const broken = Buffer.from(stored?.value ?? []);
    broken.writeUInt8(broken.readUInt8(broken.length - 1) ^ 1, broken.length - 1);
    for (const [value, code] of [
      [broken, "CORRUPT"],
      [Buffer.from("nonsense"), "CORRUPT"],
      [Buffer.from('{"tavola":"discovery","format":2}'), "NEWER_FORMAT"],
    ] as const) {
      await one.store.transact([{ kind: "set", path: node, value }]);
      const late = await connect(ensemble);
      const before = JSON.stringify(ensemble.entries());
      await assert.rejects(late.log.follow(), (error: unknown) => {
        assert.ok(error instanceof CodedError && error.code === code);
        assert.ok(error.message.includes(node), error.message);
        return true;
      });
      assert.equal(JSON.stringify(ensemble.entries()), before);
      await late.store.close();
    }
    await one.store.close();
  });
});
