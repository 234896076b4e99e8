/**
 * The files of a task's sandbox, and what its agent measures of it: asked of the agent.
 */

import type { HttpResponse } from "@tavola/host";
import type { MesosFileChunkObject, MesosTaskStatisticsObject } from "../core/model/answers.ts";

/** Where an agent is reached. */
export interface AgentAddress {
  readonly hostname: string;
  readonly port: number;
}

export interface AgentFile {
  /** Whole. */
  readonly path: string;
  readonly mode: string;
  /** Seconds since the epoch. */
  readonly mtime: number;
  readonly size: number;
}

/** What could not be had, and whose fault it is: the agent does not answer, or has no such file. */
export type Fetched<T> =
  | { readonly value: T; readonly problem?: never }
  | {
      readonly problem: "notFound" | "unreachable";
      readonly message: string;
      readonly value?: never;
    };

/** Where the sandboxes of an agent's executors are, by executor id and by task id. */
export type Directories = ReadonlyMap<string, string>;

/** Paths are whole, on the agent's machine. */
export interface TaskFiles {
  /** PERF: the agent tells of all its tasks, ended ones too; ask only when nothing else knows. */
  directories(agent: AgentAddress, frameworkId: string): Promise<Fetched<Directories>>;
  browse(agent: AgentAddress, path: string): Promise<Fetched<readonly AgentFile[]>>;
  /** `offset` absent: nothing is read, and the size is in the answer's `offset`. */
  read(
    agent: AgentAddress,
    path: string,
    range: { readonly offset?: number; readonly length?: number },
  ): Promise<Fetched<MesosFileChunkObject>>;
  /** The file as it is, streamed. */
  download(agent: AgentAddress, path: string, signal: AbortSignal): Promise<Fetched<HttpResponse>>;
  statistics(agent: AgentAddress, taskId: string): Promise<Fetched<MesosTaskStatisticsObject>>;
}
