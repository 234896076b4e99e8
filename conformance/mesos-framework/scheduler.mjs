/**
 * Two command tasks through the npm package `mesos-framework`: node scheduler.mjs HOST PORT.
 *
 * Prints a line per event; ends 0 when both tasks have finished, 1 otherwise or after 30 s.
 */

import { userInfo } from "node:os";
import mesosFramework from "mesos-framework";

const [host, port] = process.argv.slice(2);
const { Scheduler, Mesos } = mesosFramework;
const mesos = Mesos.getMesos();
const command = "echo hello from $MESOS_TASK_ID";

const scheduler = new Scheduler({
  masterUrl: host,
  port,
  user: userInfo().username,
  frameworkName: "conformance-mesos-framework",
  frameworkFailoverTimeout: 60,
  logging: { level: "error" },
  tasks: {
    echo: {
      priority: 1,
      instances: 2,
      commandInfo: new mesos.CommandInfo(null, null, true, command, null, null),
      resources: { cpus: 0.1, mem: 32, ports: 1, disk: 0 },
    },
  },
});

const finished = new Set();

function end(code, reason) {
  console.log(reason);
  scheduler.teardown();
  scheduler.once("sent_teardown", () => process.exit(code));
  setTimeout(() => process.exit(code), 1000).unref();
}

scheduler.on("ready", () => scheduler.subscribe());
scheduler.on("subscribed", ({ frameworkId }) => console.log(`subscribed as ${frameworkId}`));
scheduler.on("error", (error) => console.log(`error: ${error.message ?? error}`));
scheduler.on("update", ({ status }) => {
  console.log(`${status.task_id.value}: ${status.state}`);
  if (status.state === "TASK_FINISHED") finished.add(status.task_id.value);
  else if (/FAILED|LOST|ERROR|KILLED/.test(status.state))
    end(1, `${status.message ?? status.state}`);
  if (finished.size === 2) end(0, "both tasks finished");
});
setTimeout(() => end(1, `after 30 s ${finished.size} of 2 tasks have finished`), 30_000).unref();
