import assert from "node:assert/strict";
import test from "node:test";
import { type AgentId, asId } from "@tavola/base";
import { createMetrics, type Messenger, silentLogger, simulatedClock } from "@tavola/host";
import { MasterCore } from "../core/master-core.ts";
import { CoreFixture, frameworkInfo, registration } from "../testing/core-fixture.ts";
import { MasterShell } from "./master-shell.ts";
import { createInMemoryRegistrar, type Registry } from "./registry.ts";

interface Sent {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly body: Uint8Array;
}

/** A shell over a messenger that remembers, and a registry that answers when told. */
function shellOf(options: { readonly registry?: Registry; readonly mayAct?: () => boolean } = {}) {
  const { state, allocator } = new CoreFixture();
  const clock = simulatedClock();
  const sent: Sent[] = [];
  const exits = new Map<string, () => void>();
  const messenger: Messenger = {
    send: (from, to, name, body) => sent.push({ from, to: to.id, name, body }),
    link(to, onExited) {
      exits.set(to.id, onExited);
      return () => exits.delete(to.id);
    },
  };
  const crashes: unknown[] = [];
  const ends: string[] = [];
  const shell = new MasterShell({
    core: new MasterCore({ state, allocator, random: { next: () => 0.5 } }),
    clock,
    metrics: createMetrics(),
    logger: silentLogger,
    registry: options.registry ?? createInMemoryRegistrar(),
    messenger,
    ...(options.mayAct && { mayAct: options.mayAct }),
    onEnd: (reason) => ends.push(reason),
    crash: (error) => crashes.push(error),
  });
  return { shell, state, clock, sent, exits, crashes, ends };
}

function register(shell: MasterShell, n = 1): void {
  const from = `slave(${n})@10.0.0.${n}:5051`;
  shell.dispatch({ kind: "registerSlave", from, message: registration() });
}

test("what waits for the registry is told when it is durable, and nothing else is held up", () => {
  const waiting: (() => void)[] = [];
  const registry: Registry = { apply: (_, onDurable) => waiting.push(onDurable) };
  const { shell, state, sent } = shellOf({ registry });
  register(shell, 1);
  register(shell, 2);
  assert.equal(sent.length, 0);
  waiting[0]?.();
  assert.deepEqual(
    sent.map(({ to, name }) => [to, name.replace("mesos.internal.", "")]),
    [
      ["slave(1)", "SlaveRegisteredMessage"],
      ["slave(1)", "PingSlaveMessage"],
    ],
  );
  assert.equal(state.agents.size, 1);
  shell.close();
});

test("a message for several agents is encoded once", () => {
  const { shell, sent, state } = shellOf();
  register(shell, 1);
  register(shell, 2);
  const subscribe = { framework_info: frameworkInfo() };
  shell.dispatch({ kind: "subscribed", stream: "s", subscribe });
  const [frameworkId] = state.frameworks.keys();
  assert.ok(frameworkId);
  sent.length = 0;
  shell.dispatch({ kind: "called", frameworkId, call: { type: "TEARDOWN" } });
  assert.equal(sent.length, 2);
  assert.equal(sent[0]?.body, sent[1]?.body);
  shell.close();
});

test("a broken link is an event; one that was given up is not", () => {
  const { shell, state, exits } = shellOf();
  register(shell);
  exits.get("slave(1)")?.();
  const [agent] = state.agents.values();
  assert.equal(agent?.connected, false);
  shell.close();
});

test("an asker gets its own answer, and 503 when the master closes", async () => {
  const { shell, state } = shellOf({ registry: { apply: () => {} } });
  const agentId = asId<AgentId>("old-S0");
  const markGone = () => shell.ask((ticket) => ({ kind: "markAgentGoneAsked", agentId, ticket }));
  assert.equal((await markGone()).status, 404);
  state.unreachableAgents.set(agentId, {
    id: agentId,
    since: state.startedAt,
    tasks: [],
    statesBefore: new Map(),
    executors: [],
    isFromRegistry: false,
  });
  const pending = markGone();
  shell.close();
  assert.equal((await pending).status, 503);
});

test("a turn that fails ends the master, whoever caught the error", () => {
  const { shell, crashes, sent } = shellOf();
  const broken = { kind: "registerSlave", from: "x", message: undefined } as never;
  assert.throws(() => shell.dispatch(broken));
  assert.equal(crashes.length, 1);
  register(shell);
  assert.deepEqual(sent, [], "no further turn is taken");
  shell.close();
});

test("a master whose session may be over takes no further turn, whatever waits, and ends once", () => {
  let isAlive = true;
  const waiting: (() => void)[] = [];
  const registry: Registry = { apply: (_, onDurable) => waiting.push(onDurable) };
  const { shell, state, sent, ends } = shellOf({ registry, mayAct: () => isAlive });
  register(shell, 1);
  isAlive = false;
  waiting[0]?.();
  register(shell, 2);
  assert.deepEqual(sent, [], "what became durable is told by nobody any more");
  assert.equal(state.agents.size, 0);
  assert.equal(ends.length, 1);
  assert.match(ends[0] ?? "", /another master may lead/);
  isAlive = true;
  register(shell, 3);
  assert.deepEqual(sent, [], "there is no way back");
  shell.close();
});
