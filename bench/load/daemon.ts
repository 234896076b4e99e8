/**
 * One daemon as a child process, for benchmarks that need the process itself and not a whole
 * `tavola up`. It tells over Node's IPC channel when it is ready, as it tells `tavola up`; it ends
 * when this process does.
 */
import { type ChildProcess, fork } from "node:child_process";

export interface Daemon {
  /** `http://host:port`. */
  readonly url: string;
  readonly pid: number;
  readonly child: ChildProcess;
  /** Resolves when it has ended, however that came, with the end of its log. */
  readonly ended: Promise<string>;
  /** Ends it with all that it runs, and waits for that. */
  stop(): Promise<void>;
}

const stopMsMax = 20_000;

/** Runs `script` with Node and its own arguments; its log is shown when it does not get ready. */
export async function startDaemon(
  script: string,
  args: readonly string[],
  nodeArguments: readonly string[] = [],
): Promise<Daemon> {
  const child = fork(script, args, {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: [...nodeArguments],
  });
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-20_000);
  });
  const ended = new Promise<string>((resolve) => {
    // Later than "exit": its output is read to the end.
    child.once("close", () => resolve(log));
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.on("message", (message: { kind: string; url?: string; reason?: string }) => {
      if (message.kind === "ready") resolve(message.url ?? "");
      else reject(new Error(`${script} cannot start: ${message.reason}`));
    });
    void ended.then(() => reject(new Error(`${script} ended early:\n${log}`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    child,
    ended,
    async stop() {
      // Agents kill their tasks and unregister; what does not know the signal ends by it.
      child.kill(args[0] === "agent" ? "SIGUSR1" : "SIGTERM");
      const bound = setTimeout(() => child.kill("SIGKILL"), stopMsMax);
      await ended;
      clearTimeout(bound);
    },
  };
}
