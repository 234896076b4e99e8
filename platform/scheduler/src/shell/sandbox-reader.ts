/**
 * The sandbox of a task, for mails about it: wherever it is known where that is.
 *
 * A task that has ended leaves the state within moments, and one that ended at once never had its directory
 * asked for. So the mail's own record is looked at, history, and at last the agent itself.
 */

import { CodedError } from "@tavola/base";
import type { AgentAddress } from "../api/task-files.ts";
import type { TaskHistory } from "../core/model/task.ts";
import type { AgentHttp } from "../framework/agent-http.ts";
import type { HistoryStore } from "../history/history-store.ts";
import type { LogReader } from "../mail/log-tails.ts";
import type { Engine } from "./engine.ts";

export interface SandboxSources {
  readonly engine: Pick<Engine, "state">;
  readonly agents: Pick<AgentHttp, "read" | "directories">;
  readonly history: Pick<HistoryStore, "task">;
}

export function sandboxReader(sources: SandboxSources): LogReader {
  return {
    async open(taskId, known) {
      const { agent, directory } = await findSandbox(sources, taskId, known);
      return {
        async read(path, range) {
          const answer = await sources.agents.read(agent, `${directory}/${path}`, range);
          if (answer.value !== undefined) {
            const { offset = 0, data = "" } = answer.value;
            return { offset, data };
          }
          if (answer.problem === "notFound") return undefined;
          throw new CodedError("AGENT_UNREACHABLE", answer.message);
        },
      };
    },
  };
}

interface SandboxPlace {
  readonly agent: AgentAddress;
  readonly directory: string;
}

/** Rejects with CodedError SANDBOX_UNKNOWN, or AGENT_UNREACHABLE. */
async function findSandbox(
  { engine, agents, history }: SandboxSources,
  taskId: string,
  known: TaskHistory | undefined,
): Promise<SandboxPlace> {
  const { records, link } = engine.state;
  const active = records.task.get(taskId);
  const ended =
    records.outboxTask.get(taskId) ??
    known ??
    (active === undefined ? await history.task(taskId) : undefined);
  const agentId = active?.agentId ?? ended?.task.mesosTask.agentId?.value ?? "";
  const hostname = active?.hostname ?? ended?.task.offers[0]?.hostname;
  const port = records.agent.get(agentId)?.port;
  if (hostname === undefined || port === undefined) {
    throw new CodedError("SANDBOX_UNKNOWN", "it is not known on which agent the task ran", {
      taskId,
    });
  }
  const agent = { hostname, port };
  const recorded = active?.directory ?? ended?.directory;
  if (recorded !== undefined) return { agent, directory: recorded };
  const answer = await agents.directories(agent, link.frameworkId ?? "");
  const directory = answer.value?.get(taskId);
  if (directory !== undefined) return { agent, directory };
  if (answer.problem === "unreachable") throw new CodedError("AGENT_UNREACHABLE", answer.message);
  throw new CodedError("SANDBOX_UNKNOWN", "the agent knows of no sandbox of the task", { taskId });
}
