import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { test } from "node:test";
import { parseRunRequest, taskIdsOf, taskOf } from "./run-request.ts";

test("parseRunRequest() has defaults that fit a small command", () => {
  assert.deepEqual(parseRunRequest(["--", "true"]), {
    name: "true",
    user: userInfo().username,
    instances: 1,
    demand: { cpus: 100, mem: 128_000, disk: 0 },
    command: { shell: false, value: "true", arguments: ["true"] },
    master: undefined,
  });
});

test("parseRunRequest() gives one word that is more than a word to a shell, and several to none", () => {
  const command = (...words: string[]) => parseRunRequest(["--", ...words]).command;
  assert.deepEqual(command("echo hello"), { shell: true, value: "echo hello" });
  assert.deepEqual(command("a;b"), { shell: true, value: "a;b" });
  assert.deepEqual(command("$HOME/x"), { shell: true, value: "$HOME/x" });
  assert.deepEqual(command("/bin/ls"), { shell: false, value: "/bin/ls", arguments: ["/bin/ls"] });
  assert.deepEqual(command("echo", "a  b", "--", "-x"), {
    shell: false,
    value: "echo",
    arguments: ["echo", "a  b", "--", "-x"],
  });
});

test("parseRunRequest() reads every option", () => {
  const text =
    "--name=web --cpus 0.5 --mem=64 --disk=10 -e A=1 --env=B=x=y --uri=http://a/b --uri=/c " +
    "--instances=3 --user=nobody --master=a:1 --";
  const request = parseRunRequest([...text.split(" "), "serve"]);
  assert.deepEqual(request, {
    name: "web",
    user: "nobody",
    instances: 3,
    demand: { cpus: 500, mem: 64_000, disk: 10_000 },
    command: {
      shell: false,
      value: "serve",
      arguments: ["serve"],
      user: "nobody",
      environment: {
        variables: [
          { name: "A", value: "1" },
          { name: "B", value: "x=y" },
        ],
      },
      uris: [{ value: "http://a/b" }, { value: "/c" }],
    },
    master: "a:1",
  });
});

test("taskIdsOf() tells instances and runs apart, and begins with a name that a path may hold", () => {
  const ids = (...args: string[]) => taskIdsOf(parseRunRequest(args));
  assert.match(ids("--", "./run me.sh --now")[0] ?? "", /^run\.[0-9a-f]{8}$/);
  assert.match(ids("--", "{ echo; }")[0] ?? "", /^task\.[0-9a-f]{8}$/);
  const [first, second] = ids("--instances=2", "--", "true");
  assert.match(first ?? "", /^true\.[0-9a-f]{8}\.1$/);
  assert.equal(second, first?.replace(/1$/, "2"));
  assert.notEqual(ids("--", "true")[0], ids("--", "true")[0]);
});

test("taskOf() asks for what is needed, for the offer's role, and for nothing that is not", () => {
  const request = parseRunRequest(["--cpus=0.5", "--", "true"]);
  assert.deepEqual(taskOf(request, "t", { agentId: "a", role: "web" }), {
    name: "true",
    task_id: { value: "t" },
    agent_id: { value: "a" },
    resources: [
      { name: "cpus", type: "SCALAR", scalar: { value: 0.5 }, allocation_info: { role: "web" } },
      { name: "mem", type: "SCALAR", scalar: { value: 128 }, allocation_info: { role: "web" } },
    ],
    command: { shell: false, value: "true", arguments: ["true"] },
  });
});
