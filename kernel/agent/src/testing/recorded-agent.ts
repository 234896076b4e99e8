/**
 * Brings an agent's core to where a recorded Mesos agent was, by what that one was told.
 *
 * Every recorded message to the agent becomes the event that it is for us; what its native executors
 * said becomes what HTTP executors would have said. Container ids, which are random, are made those
 * of the recording. What the agent itself sent is not fed: it is what the core has to come up with.
 */

import { asId, type ContainerId, instant } from "@tavola/base";
import { decodeMessage, internal, parseUpid } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import type { Effect } from "../core/effects.ts";
import type { Executor } from "../core/state.ts";
import { readPeerMessage } from "../shell/peer-messages.ts";
import { type RecordedMessage, recordedMessages } from "./recordings.ts";
import { SteppedAgent } from "./stepped-agent.ts";

/** As the recorded `/state` shows them. */
const containers: Readonly<Record<string, readonly [id: string, pid: number]>> = {
  default: ["10ed1968-715c-4aec-a1b1-ffcb10488185", 14509],
  short: ["03f85fc7-108f-437f-9e94-18ab6a76ffd1", 14548],
  "sleeper-1": ["2dd955cf-2e7a-4199-922c-e1a53a2de4e6", 14612],
  "sleeper-2": ["45ef0177-06a9-48a4-966b-5f6bfa94304e", 14613],
};

const master = "master@127.0.0.1:15050";
const self = "slave(1)@127.0.0.1:15051";
const startedAt = instant(1_795_210_617_898.785);

export interface ReplayedAgent {
  readonly agent: SteppedAgent;
  /** What the core sent to the master, in order. */
  readonly sent: readonly InternalMessage[];
  /** What the recorded agent sent to its master, in order. */
  readonly expected: readonly InternalMessage[];
}

export interface InternalMessage {
  readonly name: string;
  readonly message: unknown;
}

/** Up to the recorded agent's restart. */
export function replayRecordedAgent(): ReplayedAgent {
  const messages = untilRestart(recordedMessages());
  const agent = agentLike(messages);
  const effects: Effect[] = [];
  const feed = (...more: readonly Effect[]): void => {
    effects.push(...more);
  };
  for (const recorded of messages) feed(...replay(agent, recorded));
  const sent = effects.flatMap((effect): InternalMessage[] =>
    effect.kind === "send" && effect.to.id === "master"
      ? [{ name: effect.type.typeName, message: effect.message }]
      : [],
  );
  const expected = messages
    .filter(({ from, to }) => from === self && to === master)
    .map(({ name, body }) => ({ name, message: decode(name, body) }));
  return { agent, sent, expected };
}

function untilRestart(messages: readonly RecordedMessage[]): readonly RecordedMessage[] {
  const restart = messages.findIndex(({ name }) => name.endsWith("ReconnectExecutorMessage"));
  return messages.slice(0, restart);
}

function agentLike(messages: readonly RecordedMessage[]): SteppedAgent {
  const registration = messages.find(({ name }) => name.endsWith("RegisterSlaveMessage"));
  const { slave, resource_version_uuid } = decodeMessage(
    internal.RegisterSlaveMessage,
    registration?.body ?? new Uint8Array(),
  ).value as internal.RegisterSlaveMessage;
  const totalResources = Resources.of(slave.resources ?? []);
  const config = {
    upid: parseUpid(self) as NonNullable<ReturnType<typeof parseUpid>>,
    info: { ...slave, resources: totalResources.toList() },
    totalResources,
    resourceVersionUuid: resource_version_uuid?.value ?? new Uint8Array(),
    workDir: "/var/lib/mesos",
  };
  return new SteppedAgent(config, startedAt);
}

function replay(agent: SteppedAgent, recorded: RecordedMessage): readonly Effect[] {
  const { from, to, name, body } = recorded;
  if (name === internal.RegisterSlaveMessage.typeName) return registered(agent);
  if (name === internal.RegisterExecutorMessage.typeName) return subscribed(agent, body);
  if (from === self) return endedMeanwhile(agent, recorded);
  if (to !== self) return [];
  if (from.startsWith("executor(1)")) return reported(agent, name, body);
  const event = readPeerMessage({ from, to: "slave(1)", name, body });
  if (event.value === undefined) return [];
  const effects = agent.feed(event.value);
  for (const effect of effects) {
    if (effect.kind === "launchExecutor") giveRecordedContainer(agent, effect.executor);
  }
  return effects;
}

function registered(agent: SteppedAgent): readonly Effect[] {
  agent.feed({ kind: "recovered" });
  const leader = parseUpid(master);
  agent.feed({ kind: "masterDetected", master: leader, hostname: "localhost" });
  return agent.pass(1000);
}

function giveRecordedContainer(agent: SteppedAgent, executor: Executor): void {
  const [id = ""] = containers[executor.id] ?? [];
  const directory = executor.directory.replace(executor.containerId, id);
  agent.state.executorsByContainer.delete(executor.containerId);
  Object.assign(executor, { containerId: id, directory });
  agent.state.executorsByContainer.set(asId<ContainerId>(id), executor);
}

function subscribed(agent: SteppedAgent, body: Uint8Array): readonly Effect[] {
  const message = decodeMessage(internal.RegisterExecutorMessage, body).value;
  const [id = "", executor_pid = 0] = containers[message?.executor_id.value ?? ""] ?? [];
  const containerId = asId<ContainerId>(id);
  const status = { container_id: { value: id }, executor_pid };
  return [
    ...agent.feed({ kind: "executorLaunched", containerId, status }),
    ...agent.feed({ kind: "executorSubscribed", containerId, subscribe: {} }),
  ];
}

function reported(agent: SteppedAgent, name: string, body: Uint8Array): readonly Effect[] {
  if (name !== internal.StatusUpdateMessage.typeName) return [];
  const { update } = decodeMessage(internal.StatusUpdateMessage, body)
    .value as internal.StatusUpdateMessage;
  const [id = ""] = containers[update.executor_id?.value ?? ""] ?? [];
  const effects = agent.feed({
    kind: "executorUpdated",
    containerId: asId<ContainerId>(id),
    status: update.status,
  });
  return [...effects, ...persisted(agent, effects)];
}

/** The disk of the test is quick. */
function persisted(agent: SteppedAgent, effects: readonly Effect[]): readonly Effect[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== "appendUpdateRecord" || !effect.isDurable) return [];
    const { frameworkId, taskId, sequence } = effect;
    return agent.feed({ kind: "updateRecordPersisted", frameworkId, taskId, sequence });
  });
}

/** No message says that a container ended; the agent's next ones tell it. */
function endedMeanwhile(agent: SteppedAgent, { name, body }: RecordedMessage): readonly Effect[] {
  const ended = (executorId: string, status: number): readonly Effect[] => {
    const [id = ""] = containers[executorId] ?? [];
    const containerId = asId<ContainerId>(id);
    return agent.feed({ kind: "executorTerminated", containerId, end: { status } });
  };
  if (name === internal.ExitedExecutorMessage.typeName) {
    const message = decodeMessage(internal.ExitedExecutorMessage, body).value;
    return ended(message?.executor_id.value ?? "", message?.status ?? 0);
  }
  return name === internal.ShutdownExecutorMessage.typeName ? ended("short", 0) : [];
}

function decode(name: string, body: Uint8Array): unknown {
  const type = Object.values(internal).find(
    (each) => "typeName" in each && each.form === "message" && each.typeName === name,
  );
  return decodeMessage(type as typeof internal.PongSlaveMessage, body).value;
}
