/** The contract's part on watches. */

import assert from "node:assert/strict";
import { bytes, type DefineTest, done, eventually, text } from "./contract-kit.ts";

export function testWatches(define: DefineTest): void {
  define(
    "a watch tells of every kind of change, also by another client",
    async ({ root, open }) => {
      const [here, there] = await Promise.all([open(), open()]);
      const path = `${root}/watched`;
      let told = 0;
      const watch = here.watch(path, () => {
        told += 1;
      });
      assert.equal(told, 0, "never synchronously");
      // A read behind the watch, so that it is known to stand.
      await here.get(path);
      const tells = async (what: string, change: () => Promise<unknown>): Promise<void> => {
        const before = told;
        await change();
        await eventually(`the watch to tell of ${what}`, () => told > before);
      };
      const child = `${path}/child`;
      await tells("its creation", () => done(there, { kind: "create", path, value: bytes("") }));
      await tells("a new value", () => done(there, { kind: "set", path, value: bytes("1") }));
      await tells("a value of this client", () =>
        done(here, { kind: "set", path, value: bytes("2") }),
      );
      await tells("a child", () => done(there, { kind: "create", path: child, value: bytes("") }));
      await tells("a child less", () => done(there, { kind: "delete", path: child }));
      await tells("a member", () => there.join(path, "m_", bytes("")));
      await tells("a member's end", () => there.close());
      await tells("its deletion", () => done(here, { kind: "delete", path }));
      watch.close();
      watch.close();
    },
  );

  define(
    "a watch sees the last state, however many changes came together",
    async ({ root, open }) => {
      const [here, there] = await Promise.all([open(), open()]);
      const path = `${root}/busy`;
      await done(there, { kind: "create", path, value: bytes("start") });
      let seen: string | undefined;
      const reads: Promise<void>[] = [];
      const watch = here.watch(path, () => {
        const read = here.get(path).then((value) => {
          seen = text(value?.value);
        });
        reads.push(read);
      });
      await here.get(path);
      for (let index = 0; index < 25; index += 1) {
        await done(there, { kind: "set", path, value: bytes(String(index)) });
      }
      await eventually("the last value to be seen", () => seen === "24");
      // One more may be told of, and read, before the store is closed.
      watch.close();
      await Promise.all(reads);
    },
  );

  define("several watches of one path are told, a closed one is not", async ({ root, open }) => {
    const store = await open();
    const path = `${root}/shared`;
    const told = [0, 0];
    const first = store.watch(path, () => {
      told[0] = (told[0] ?? 0) + 1;
    });
    store.watch(path, () => {
      told[1] = (told[1] ?? 0) + 1;
    });
    await store.get(path);
    await done(store, { kind: "create", path, value: bytes("") });
    await eventually("both to be told", () => told.every((count) => count > 0));
    first.close();
    const before = told[0];
    const second = told[1] ?? 0;
    await done(store, { kind: "set", path, value: bytes("1") });
    await eventually("the other to be told", () => (told[1] ?? 0) > second);
    assert.equal(told[0], before);
  });
}
