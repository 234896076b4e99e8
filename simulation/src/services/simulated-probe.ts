/**
 * Health checks of simulated services: whoever runs at an agent's port answers as its plan says, if
 * the way there and back is free.
 */

import type { Probe, ProbeAnswer, ProbeRequest } from "@tavola/scheduler";
import type { AgentHost } from "../cluster/agent-host.ts";
import type { RunningTask } from "../cluster/simulated-container.ts";
import type { Network } from "../world/network.ts";
import type { SimulatedProcess } from "../world/process.ts";
import { healthyAfterMs } from "./service-command.ts";

export interface SimulatedProbeOptions {
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly agents: readonly AgentHost[];
}

export function simulatedProbe({ network, process, agents }: SimulatedProbeOptions): Probe {
  const ask = ({ url, timeoutMs }: ProbeRequest): { afterMs: number; answer: ProbeAnswer } => {
    const { hostname: host, port } = new URL(url);
    const isCutOff = network.isBlocked(process.host, host) || network.isBlocked(host, process.host);
    if (isCutOff) return { afterMs: timeoutMs, answer: failed("no answer", false) };
    const afterMs = 2 * network.delayMs(process.host, host);
    const task = taskAt(agents, host, Number(port));
    if (task === undefined) return { afterMs, answer: failed("nobody listens", true) };
    const ageMs = network.world.nowMs - task.run.startedMs;
    const isHealthy = ageMs >= healthyAfterMs(task.info.command?.value ?? "");
    return { afterMs, answer: { kind: "answered", statusCode: isHealthy ? 200 : 500 } };
  };
  return {
    ask(request, signal) {
      if (!process.touch()) return new Promise(() => {});
      const { afterMs, answer } = ask(request);
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(failed("given up", false)), { once: true });
        process.clock.after(Math.min(afterMs, request.timeoutMs), () => resolve(answer));
      });
    },
    async close() {},
  };
}

function taskAt(agents: readonly AgentHost[], host: string, port: number): RunningTask | undefined {
  const machine = agents.find((agent) => agent.host === host)?.machine;
  for (const container of machine?.containers.values() ?? []) {
    for (const task of container.tasks.values()) {
      if (task.end === undefined && hasPort(task, port)) return task;
    }
  }
  return undefined;
}

function hasPort({ history }: RunningTask, port: number): boolean {
  return history.own
    .ranges("ports")
    .some(({ begin, end }) => Number(begin) <= port && port <= Number(end));
}

function failed(error: string, isRefused: boolean): ProbeAnswer {
  return { kind: "failed", isRefused, error };
}
