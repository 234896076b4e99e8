/**
 * Running cp, tar and unzip as the owner of a sandbox.
 *
 * Through the shim, because Node's spawn gives up all supplementary groups when it changes the user,
 * and because a tool that hangs must be found and ended like anything else. What it complains about
 * goes to the sandbox's stderr, where Mesos's fetcher leaves its log, and into our error.
 */

import { mkdir, mkdtemp, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@tavola/base";
import { type ProcessPlace, signalContainer } from "../process-place.ts";
import { type ProcessUser, startShim } from "../shim/shim.ts";
import type { ShimProgram } from "../shim/shim-program.ts";
import { exitCodeOf, formatWaitStatus, signalOf } from "../shim/wait-status.ts";

export interface ToolRequest {
  readonly shim: ShimProgram;
  /** Where the tool's own runtime directory is made. */
  readonly directory: string;
  readonly sandbox: string;
  readonly user: ProcessUser | undefined;
  readonly argv: readonly string[];
  /** Where standard output goes, in the sandbox; default: nowhere. */
  readonly stdout?: string;
  readonly signal: AbortSignal;
}

/** Of what a tool says, in a message. */
const complaintBytesMax = 1000;

/** Resolves when it succeeded. Rejects with CodedError TOOL_FAILED: which tool, how it ended, its words. */
export async function runTool(request: ToolRequest): Promise<void> {
  const { shim, sandbox, user, argv, signal } = request;
  const [tool = ""] = argv;
  await mkdir(request.directory, { recursive: true });
  const directory = await mkdtemp(join(request.directory, "tool-"));
  const place: ProcessPlace = { directory, cgroups: [], shimCgroups: [] };
  const stderr = join(sandbox, "stderr");
  const saidBefore = await sizeOf(stderr);
  const abort = (): void => void signalContainer(place, "SIGKILL");
  try {
    signal.throwIfAborted();
    const { ended } = await startShim(shim, {
      place,
      file: tool,
      argv,
      environment: {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        LC_ALL: "C",
      },
      cwd: sandbox,
      stderr,
      ...(request.stdout !== undefined && { stdout: request.stdout }),
      ...(user !== undefined && { user }),
    });
    signal.addEventListener("abort", abort, { once: true });
    const { status, error } = await ended;
    signal.throwIfAborted();
    if (error !== undefined) throw toolFailed(tool, error);
    if (status === undefined) throw toolFailed(tool, `'${tool}' ended, nobody saw how`);
    if (signalOf(status) !== undefined || exitCodeOf(status) !== 0) {
      const complaint = await readFrom(stderr, saidBefore);
      const words = complaint === "" ? "" : `: ${complaint}`;
      throw toolFailed(tool, `'${argv.join(" ")}' ${formatWaitStatus(status)}${words}`);
    }
  } finally {
    signal.removeEventListener("abort", abort);
    await rm(directory, { recursive: true, force: true });
  }
}

function toolFailed(tool: string, message: string): CodedError {
  return new CodedError("TOOL_FAILED", message, { tool });
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function readFrom(path: string, offset: number): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return "";
  try {
    const buffer = Buffer.alloc(complaintBytesMax);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
    return buffer.toString("utf8", 0, bytesRead).trim().replaceAll("\n", "; ");
  } finally {
    await file.close();
  }
}
