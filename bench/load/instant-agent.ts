/**
 * The agent of the launch benchmark, a process of its own: the agent as it is, over a containerizer
 * whose executors report at once. `node instant-agent.ts HOST:PORT-OF-MASTER FOLDER RESOURCES`.
 */
import { join } from "node:path";
import { agentFlags, startAgent } from "@tavola/agent";
import {
  createLogger,
  type HttpHandler,
  openEndpoint,
  parseFlags,
  textResponse,
} from "@tavola/host";
import { InstantContainerizer } from "./instant-containerizer.ts";

const [master = "", folder = "", resources = ""] = process.argv.slice(2);
const { value: flags, error } = parseFlags(agentFlags, {
  arguments: [
    `--master=${master}`,
    `--work_dir=${join(folder, "work")}`,
    `--runtime_dir=${join(folder, "run")}`,
    `--resources=${resources}`,
    "--ip=127.0.0.1",
    "--hostname=127.0.0.1",
    "--port=0",
  ],
  environment: {},
});
if (flags === undefined) throw new Error(error);
let serve: HttpHandler = () => textResponse(503, "not open yet");
const agent = await startAgent({
  flags: flags.values,
  logger: createLogger({ name: "agent", format: "text", level: "warn" }),
  containerizer: new InstantContainerizer((request) => serve(request)),
  openEndpoint(options) {
    serve = options.onRequest;
    return openEndpoint(options);
  },
});
const end = (): void => void agent.close().then(() => process.exit(0));
process.once("SIGTERM", end);
process.once("disconnect", end);
process.send?.({ kind: "ready", url: agent.url });
