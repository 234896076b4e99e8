import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError, seededRandom } from "@tavola/base";
import { simulatedClock } from "@tavola/host";
import type { Coordination, SessionState } from "../coordination.ts";
import { detect, followLeader } from "../detection.ts";
import { contend, masterLabel } from "../election.ts";
import { steadyClock } from "../steady-clock.ts";
import { bytes, coordinationContract, eventually, text } from "../testing/contract.ts";
import { createMemoryCoordination } from "./memory-coordination.ts";

coordinationContract("memory", async () => {
  const ensemble = createMemoryCoordination({
    clock: steadyClock(),
    random: seededRandom(1),
    delayMs: { min: 0, max: 1 },
  });
  return {
    open: async () => {
      const store = ensemble.connect({ sessionTimeoutMs: 1000 });
      await eventually("a connection", () => store.session.state === "connected");
      return store;
    },
    expireSession: async (client) => ensemble.expire(client),
    closeAll: async () => {},
  };
});

const sessionTimeoutMs = 4000;

function simulated(seed = 1) {
  const clock = simulatedClock();
  const ensemble = createMemoryCoordination({ clock, random: seededRandom(seed) });
  const connect = async (): Promise<Coordination> => {
    const store = ensemble.connect({ sessionTimeoutMs });
    await clock.advanceSettling(10);
    assert.equal(store.session.state, "connected");
    return store;
  };
  /** Settles with what became of the promise once the time is over. */
  const afterwards = async <T>(promise: Promise<T>, byMs = 10): Promise<T> => {
    promise.catch(() => undefined);
    await clock.advanceSettling(byMs);
    return await Promise.race([
      promise,
      Promise.reject(new Error("it has not settled")) as Promise<never>,
    ]);
  };
  return { clock, ensemble, connect, afterwards };
}

const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "done",
    (error) => (error instanceof CodedError ? error.code : String(error)),
  );

test("a client cut off is suspended within its timeout, not alive after it, and expired when back", async () => {
  const { clock, ensemble, connect, afterwards } = simulated();
  const [a, b] = [await connect(), await connect()];
  await afterwards(a.join("/group", "m_", bytes("a")));
  const states: SessionState[] = [];
  a.session.watch((state) => states.push(state));
  ensemble.setReachable(a, false);
  await clock.advanceSettling(sessionTimeoutMs * 0.7);
  assert.deepEqual(states, ["suspended"]);
  assert.equal(a.session.isAlive(), true);
  await clock.advanceSettling(sessionTimeoutMs * 0.3);
  assert.equal(a.session.isAlive(), false);
  assert.equal(a.session.trouble?.code, "UNAVAILABLE");
  await clock.advanceSettling(sessionTimeoutMs * 0.1);
  assert.deepEqual(await afterwards(b.children("/group")), []);
  ensemble.setReachable(a, true);
  await clock.advanceSettling(sessionTimeoutMs);
  assert.deepEqual(states, ["suspended", "expired"]);
});

test("a client is never alive once the ensemble ended its session, wherever the link was cut", async () => {
  for (const cut of [
    { requests: false, answers: true },
    { requests: true, answers: false },
    { requests: false, answers: false },
  ]) {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { clock, ensemble, connect, afterwards } = simulated(seed);
      const [a, b] = [await connect(), await connect()];
      await afterwards(a.join("/group", "m_", bytes("a")));
      await clock.advanceSettling(seededRandom(seed).next() * sessionTimeoutMs);
      ensemble.setReachable(a, cut);
      for (let step = 0; step < 40; step += 1) {
        await clock.advanceSettling(sessionTimeoutMs / 20);
        const names = await afterwards(b.children("/group"), 5);
        assert.ok(names.length === 1 || !a.session.isAlive(), `seed ${seed}`);
      }
      // Requests that arrive keep the session, though nobody hears the answers.
      if (!cut.requests) assert.deepEqual(await afterwards(b.children("/group")), []);
      assert.equal(a.session.isAlive(), false);
    }
  }
});

test("a short cut only suspends: the session and its members stay, watches are told once more", async () => {
  const { ensemble, connect, afterwards } = simulated();
  const [a, b] = [await connect(), await connect()];
  const member = await afterwards(a.join("/group", "m_", bytes("a")));
  let told = 0;
  a.watch("/other", () => {
    told += 1;
  });
  const states: SessionState[] = [];
  a.session.watch((state) => states.push(state));
  ensemble.disconnect(a);
  assert.equal(a.session.state, "suspended");
  assert.equal(await codeOf(a.get("/other")), "UNAVAILABLE");
  await afterwards(
    b.transact([{ kind: "create", path: "/other", value: bytes("missed") }]),
    sessionTimeoutMs / 4,
  );
  assert.deepEqual(states, ["suspended", "connected"]);
  assert.equal(told, 1);
  assert.deepEqual(await afterwards(a.children("/group")), [member.name]);
});

test("a broken transaction rejects OUTCOME_UNKNOWN, applied or not", async () => {
  for (const outcome of ["applied", "not applied"] as const) {
    const { ensemble, clock, connect, afterwards } = simulated();
    const a = await connect();
    ensemble.breakNextTransaction(a, outcome);
    const write = a.transact([{ kind: "create", path: "/x", value: bytes("") }]);
    assert.equal(await afterwards(codeOf(write)), "OUTCOME_UNKNOWN");
    await clock.advanceSettling(sessionTimeoutMs / 4);
    assert.equal((await afterwards(a.get("/x"))) !== undefined, outcome === "applied");
  }
});

test("join() survives a connection that breaks in between, and adds one member", async () => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const { clock, ensemble, connect, afterwards } = simulated(seed);
    const a = await connect();
    const joined = a.join("/group", "m_", bytes("a"));
    await clock.advanceSettling(seededRandom(seed).next() * 4);
    ensemble.disconnect(a);
    const member = await afterwards(joined, sessionTimeoutMs / 2);
    assert.deepEqual(await afterwards(a.children("/group")), [member.name]);
  }
});

test("an ensemble that was away ends no session meanwhile", async () => {
  const { clock, ensemble, connect, afterwards } = simulated();
  const a = await connect();
  const member = await afterwards(a.join("/group", "m_", bytes("a")));
  ensemble.setAvailable(false);
  await clock.advanceSettling(10 * sessionTimeoutMs);
  assert.equal(a.session.state, "suspended");
  assert.equal(a.session.isAlive(), false);
  ensemble.setAvailable(true);
  await clock.advanceSettling(sessionTimeoutMs / 2);
  assert.equal(a.session.state, "connected");
  assert.deepEqual(await afterwards(a.children("/group")), [member.name]);
});

test("a crashed client goes silent, and its members leave with its timeout", async () => {
  const { clock, ensemble, connect, afterwards } = simulated();
  const [a, b] = [await connect(), await connect()];
  await afterwards(a.join("/group", "m_", bytes("a")));
  let heard = 0;
  a.session.watch(() => {
    heard += 1;
  });
  const never = a.get("/group").then(
    () => (heard += 1),
    () => (heard += 1),
  );
  ensemble.crash(a);
  await clock.advanceSettling(sessionTimeoutMs / 2);
  assert.equal((await afterwards(b.children("/group"))).length, 1);
  await clock.advanceSettling(sessionTimeoutMs);
  assert.deepEqual(await afterwards(b.children("/group")), []);
  assert.equal(heard, 0);
  assert.ok(never instanceof Promise);
});

test("a process that was stopped is not alive when it goes on, before anything told it", async () => {
  const { clock, ensemble } = simulated();
  let heldMs = 0;
  let held: (() => void)[] | undefined;
  const own = {
    now: clock.now,
    after: (delayMs: number, run: () => void) =>
      clock.after(delayMs, () => (held === undefined ? run() : held.push(run))),
  };
  own.now = () => clock.now();
  const a = ensemble.connect({ sessionTimeoutMs, clock: own });
  await clock.advanceSettling(20);
  const candidacy = contend(a, "/group", masterLabel, bytes("a"));
  await clock.advanceSettling(20);
  assert.equal(candidacy.isLeading(), true);
  held = [];
  await clock.advanceSettling(3 * sessionTimeoutMs);
  heldMs += 3 * sessionTimeoutMs;
  assert.equal(candidacy.isLeading(), false);
  const late = held;
  held = undefined;
  for (const run of late) run();
  assert.equal(candidacy.isLeading(), false);
  await clock.advanceSettling(sessionTimeoutMs);
  assert.match(await candidacy.lost, /over/);
  assert.equal(heldMs, 12_000);
});

test("contend() gives up once the store was away for longer than the session", async () => {
  const { clock, ensemble, connect, afterwards } = simulated();
  const a = await connect();
  const candidacy = contend(a, "/group", masterLabel, bytes("a"));
  await afterwards(candidacy.elected);
  ensemble.setAvailable(false);
  await clock.advanceSettling(sessionTimeoutMs * 0.7);
  assert.equal(candidacy.isLeading(), false, "suspended is not leading");
  const why = await afterwards(candidacy.lost, sessionTimeoutMs);
  assert.match(why, /has not answered for 4000 ms/);
  ensemble.setAvailable(true);
  await clock.advanceSettling(sessionTimeoutMs);
  assert.deepEqual(await afterwards(a.children("/group")), [], "its member left when it could");
  assert.equal(candidacy.isLeading(), false);
});

test("a suspended leader that is back in time leads on", async () => {
  const { clock, ensemble, connect, afterwards } = simulated();
  const a = await connect();
  const candidacy = contend(a, "/group", masterLabel, bytes("a"));
  await afterwards(candidacy.elected);
  ensemble.disconnect(a);
  assert.equal(candidacy.isLeading(), false);
  await clock.advanceSettling(sessionTimeoutMs / 2);
  assert.equal(candidacy.isLeading(), true);
});

test("contend() retries while the store is away, and withdraws a join that came late", async () => {
  const { clock, ensemble, connect, afterwards } = simulated();
  const a = await connect();
  ensemble.setReachable(a, false);
  const candidacy = contend(a, "/group", masterLabel, bytes("a"));
  await clock.advanceSettling(sessionTimeoutMs);
  ensemble.setReachable(a, true);
  const other = await connect();
  await candidacy.withdraw();
  assert.equal(await candidacy.lost, "it was withdrawn");
  await clock.advanceSettling(sessionTimeoutMs);
  assert.deepEqual(await afterwards(other.children("/group")), []);
});

test("at most one contender leads at any time, whatever befalls the links", async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const { clock, ensemble } = simulated(seed);
    const random = seededRandom(seed * 7919);
    const open = () => {
      const store = ensemble.connect({ sessionTimeoutMs });
      return { store, candidacy: contend(store, "/group", masterLabel, bytes("x")) };
    };
    const contenders = [open(), open(), open()];
    let elections = 0;
    for (let step = 0; step < 120; step += 1) {
      const index = Math.floor(random.next() * contenders.length);
      const { store } = contenders[index] as (typeof contenders)[number];
      const dice = random.next();
      if (dice < 0.1) ensemble.setReachable(store, { requests: false, answers: true });
      else if (dice < 0.2) ensemble.setReachable(store, { requests: true, answers: false });
      else if (dice < 0.3) ensemble.setReachable(store, true);
      else if (dice < 0.35) ensemble.disconnect(store);
      else if (dice < 0.4) ensemble.setDelay(store, { min: 1, max: 500 });
      else if (dice < 0.45) ensemble.setAvailable(random.next() < 0.5);
      else if (dice < 0.5) {
        ensemble.crash(store);
        contenders[index] = open();
      } else if (store.session.state === "expired") contenders[index] = open();
      await clock.advanceSettling(random.next() * sessionTimeoutMs * 0.4);
      const leading = contenders.filter(({ candidacy }) => candidacy.isLeading());
      elections += leading.length;
      assert.ok(leading.length <= 1, `seed ${seed}, step ${step}: ${leading.length} lead`);
    }
    assert.ok(elections > 0, `seed ${seed}: nobody ever led`);
    ensemble.setAvailable(true);
    for (const { store } of contenders) {
      ensemble.setReachable(store, true);
      ensemble.setDelay(store, { min: 1, max: 2 });
    }
    const last = open();
    await clock.advanceSettling(4 * sessionTimeoutMs);
    const eldest = [...contenders, last].filter(({ candidacy }) => candidacy.isLeading());
    assert.equal(eldest.length, 1, `seed ${seed}: after quiet`);
  }
});

test("detect() tells undefined once the store was away for longer than the session, and again who leads", async () => {
  const { clock, ensemble, connect } = simulated();
  const [leader, watcher] = [await connect(), await connect()];
  contend(leader, "/group", masterLabel, bytes("a"));
  const seen: (string | undefined)[] = [];
  detect(watcher, "/group", masterLabel, (value) => seen.push(text(value)));
  await clock.advanceSettling(100);
  assert.deepEqual(seen.at(-1), "a");
  ensemble.setReachable(watcher, false);
  await clock.advanceSettling(sessionTimeoutMs * 0.9);
  assert.deepEqual(seen.at(-1), "a");
  await clock.advanceSettling(sessionTimeoutMs);
  assert.equal(seen.at(-1), undefined);
});

test("followLeader() opens a new store when the session is over, and tells changes only", async () => {
  const { clock, ensemble, connect } = simulated();
  const leader = await connect();
  contend(leader, "/group", masterLabel, bytes("a"));
  const opened: Coordination[] = [];
  const seen: (string | undefined)[] = [];
  const following = followLeader({
    group: "/group",
    label: masterLabel,
    clock,
    open: async () => {
      if (opened.length === 1) opened.push(opened[0] as Coordination);
      if (opened.length === 2 && trouble.length === 0) {
        throw new CodedError("UNAVAILABLE", "no", {}, { transient: true });
      }
      const store = ensemble.connect({ sessionTimeoutMs });
      opened.push(store);
      return store;
    },
    onChange: (value) => seen.push(text(value)),
    onTrouble: ({ code }) => trouble.push(code),
  });
  const trouble: string[] = [];
  await clock.advanceSettling(100);
  assert.deepEqual(seen, ["a"]);
  ensemble.expire(opened[0] as Coordination);
  await clock.advanceSettling(100);
  assert.deepEqual(trouble, ["UNAVAILABLE"]);
  assert.deepEqual(seen, ["a", undefined]);
  await clock.advanceSettling(2000);
  assert.deepEqual(seen, ["a", undefined, "a"]);
  ensemble.expire(opened.at(-1) as Coordination);
  await clock.advanceSettling(100);
  assert.deepEqual(seen, ["a", undefined, "a"], "the same leader, seen anew");
  await following.close();
  assert.equal(opened.at(-1)?.session.state, "expired");
});
