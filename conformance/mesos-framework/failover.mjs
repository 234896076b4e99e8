/**
 * A framework on the npm package `mesos-framework` that is given several masters and outlives the one
 * that leads: node failover.mjs MASTERS COMMAND COMMAND, where MASTERS is `host:port,host:port,…`.
 *
 * The package knows one address, follows redirects, and leaves it to its user what to do when the
 * connection ends; so this asks the next master of the list then, as its users do. Prints `both run`
 * and `subscribed again`; ends 0 when both tasks have finished, 1 otherwise or after 50 s.
 */

import { userInfo } from "node:os";
import mesosFramework from "mesos-framework";

const masters = process.argv[2].split(",").map((address) => address.split(":"));
const commands = { meanwhile: process.argv[3], after: process.argv[4] };
const names = Object.keys(commands);
const pauseMs = 500;
const { Scheduler, Mesos } = mesosFramework;
const mesos = Mesos.getMesos();

const taskOf = (command) => ({
  instances: 1,
  commandInfo: new mesos.CommandInfo(null, null, true, command, null, null),
  resources: { cpus: 0.1, mem: 32, ports: 0, disk: 0 },
});
const scheduler = new Scheduler({
  masterUrl: masters[0][0],
  port: masters[0][1],
  user: userInfo().username,
  frameworkName: "conformance-mesos-framework-failover",
  frameworkFailoverTimeout: 60,
  logging: { level: "error" },
  tasks: Object.fromEntries(names.map((name) => [name, taskOf(commands[name])])),
});

let subscriptions = 0;
let asked = 0;
let pause;
const running = new Set();
const finished = new Set();

function askNext() {
  if (pause !== undefined) return;
  pause = setTimeout(() => {
    pause = undefined;
    asked += 1;
    [scheduler.options.masterUrl, scheduler.options.port] = masters[asked % masters.length];
    scheduler.mesosStreamId = undefined;
    scheduler.generateRequestTemplate();
    console.log(`asking ${scheduler.options.masterUrl}:${scheduler.options.port}`);
    scheduler.subscribe();
  }, pauseMs);
}

function end(code, reason) {
  console.log(reason);
  scheduler.teardown();
  scheduler.once("sent_teardown", () => process.exit(code));
  setTimeout(() => process.exit(code), 1000).unref();
}

scheduler.on("ready", () => scheduler.subscribe());
scheduler.on("sent_subscribe", () => scheduler.httpRequest.once("close", askNext));
scheduler.on("subscribed", ({ frameworkId }) => {
  const { masterUrl, port } = scheduler.options;
  subscriptions += 1;
  const how = subscriptions === 1 ? "subscribed" : "subscribed again";
  console.log(`${how} as ${frameworkId} at ${masterUrl}:${port}`);
});
scheduler.on("error", (error) => {
  const message = String(error.message ?? error);
  console.log(`error: ${message}`);
  if (/problem with the request|Error registering/.test(message)) askNext();
});
scheduler.on("update", ({ status }) => {
  const id = status.task_id.value;
  console.log(`update ${id} ${status.state} ${status.message ?? ""}`);
  if (status.state === "TASK_RUNNING" && !running.has(id)) {
    running.add(id);
    if (running.size === names.length) console.log("both run");
  }
  if (status.state === "TASK_FINISHED") finished.add(id);
  else if (/FAILED|LOST|ERROR|KILLED/.test(status.state)) end(1, `${id} is ${status.state}`);
  if (finished.size === names.length) end(0, "both tasks finished");
});
setTimeout(() => end(1, `after 50 s ${finished.size} tasks have finished`), 50_000).unref();
