/**
 * A file of a task's sandbox, for mails about it: found by the task's id, read from its agent.
 */

import { CodedError } from "@tavola/base";
import type { AgentAddress } from "../api/task-files.ts";
import { parseTaskId } from "../core/model/task-id.ts";
import type { AgentHttp } from "../framework/agent-http.ts";
import type { LogReader } from "../mail/log-tails.ts";
import type { Engine } from "./engine.ts";

export function sandboxReader(engine: Engine, agents: AgentHttp): LogReader {
  return {
    async read({ taskId, path, ...range }) {
      const { directory, agent } = sandboxOf(engine, taskId);
      const answer = await agents.read(agent, `${directory}/${path}`, range);
      if (answer.value !== undefined) {
        const { offset = 0, data = "" } = answer.value;
        return { offset, data };
      }
      if (answer.problem === "notFound") return undefined;
      throw new CodedError("AGENT_UNREACHABLE", answer.message);
    },
  };
}

/** Throws CodedError SANDBOX_UNKNOWN. */
function sandboxOf(
  { state: { records } }: Engine,
  taskId: string,
): { readonly directory: string; readonly agent: AgentAddress } {
  const active = records.task.get(taskId);
  const ended = records.outboxTask.get(taskId);
  const directory = active?.directory ?? ended?.directory;
  const agentId = active?.agentId ?? ended?.task.mesosTask.agentId?.value ?? "";
  const hostname = active?.hostname ?? ended?.task.offer?.hostname;
  const port = records.agent.get(agentId)?.port;
  if (directory === undefined || hostname === undefined || port === undefined) {
    const what = parseTaskId(taskId).value?.requestId ?? taskId;
    throw new CodedError("SANDBOX_UNKNOWN", `where the sandbox of ${what} is was not known yet`);
  }
  return { directory, agent: { hostname, port } };
}
