/**
 * The HTTP API over an agent that stands where the recorded one stood.
 */

import { CodedError } from "@tavola/base";
import type { Containerizer } from "@tavola/containerizer";
import { createMetrics, type HttpHandler, silentLogger, systemClock } from "@tavola/host";
import type { ContainerStatus, ResourceStatistics } from "@tavola/protocol";
import { addAgentMetrics } from "../api/agent-metrics.ts";
import { createAgentRoutes } from "../api/routes.ts";
import { createSandboxFiles } from "../api/sandbox-files.ts";
import { ExecutorStreams } from "../shell/executor-streams.ts";
import { replayRecordedAgent } from "./recorded-agent.ts";
import { recordedBody } from "./recordings.ts";
import type { SteppedAgent } from "./stepped-agent.ts";

export interface RecordedApi {
  readonly agent: SteppedAgent;
  readonly handle: HttpHandler;
  close(): void;
}

export function recordedApi(realWorkDir = "/var/lib/mesos"): RecordedApi {
  const { agent } = replayRecordedAgent();
  const metrics = createMetrics();
  const flags = JSON.parse(recordedBody("agent-flags")) as { flags: Record<string, string> };
  const context = {
    state: agent.state,
    dispatch: (event: Parameters<SteppedAgent["feed"]>[0]) => void agent.feed(event),
    streams: new ExecutorStreams(() => {}),
    containerizer: recordedContainerizer(),
    metrics,
    clock: systemClock(),
    logger: silentLogger,
    files: createSandboxFiles(agent.state, agent.state.config.workDir, realWorkDir),
    flagsShown: flags.flags,
  };
  addAgentMetrics(context, { pending: 6, succeeded: 0, failed: 0, maxAgeMs: 544_320_000 });
  metrics.gauge("slave/recovery_errors", () => 0);
  metrics.gauge("slave/recovery_time_secs", () => 0.003);
  const { handle, close } = createAgentRoutes(context);
  return { agent, handle, close };
}

interface RecordedContainer {
  readonly container_id: string;
  readonly statistics: ResourceStatistics;
  readonly status: ContainerStatus;
}

/** Says of each container what the recorded one said. */
function recordedContainerizer(): Containerizer {
  const containers = JSON.parse(recordedBody("agent-containers")) as RecordedContainer[];
  const find = (id: string): RecordedContainer => {
    const found = containers.find(({ container_id }) => container_id === id);
    if (found === undefined) throw new CodedError("UNKNOWN_CONTAINER", `no container ${id}`);
    return found;
  };
  const unused = (): never => {
    throw new Error("nothing is launched here");
  };
  return {
    launch: unused,
    recover: unused,
    welcome: unused,
    wait: unused,
    destroy: unused,
    update: unused,
    usage: async (id) => find(id).statistics,
    status: async (id) => find(id).status,
    containers: () => [],
    close: async () => {},
  };
}
