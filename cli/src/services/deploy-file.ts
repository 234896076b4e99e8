/**
 * What `tavola deploy` reads: a request, a deploy of it, or both, as JSON or YAML.
 *
 *     request: { id: web, requestType: SERVICE, instances: 3 }
 *     deploy:  { command: ./serve, resources: { cpus: 0.1, memoryMb: 64, numPorts: 1 } }
 *
 * A deploy needs no `requestId` where the request is there, and no `id`: one is made from the time.
 */

import { readFileSync } from "node:fs";
import { CodedError, describeError } from "@tavola/base";
import { parse } from "yaml";

export interface DeployFile {
  readonly request: Readonly<Record<string, unknown>> | undefined;
  readonly deploy: Readonly<Record<string, unknown>> & {
    readonly requestId: string;
    readonly id: string;
  };
}

/** `-` is standard input. Throws CodedError DEPLOY_FILE_INVALID naming the file and what is wrong. */
export function readDeployFile(path: string, now: Date): DeployFile {
  const name = path === "-" ? "standard input" : path;
  let text: string;
  try {
    text = readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (cause) {
    throw new CodedError("DEPLOY_FILE_INVALID", `cannot read ${name}`, {}, { cause });
  }
  return parseDeployFile(text, name, now);
}

export function parseDeployFile(text: string, name: string, now: Date): DeployFile {
  const wrong = (what: string) => new CodedError("DEPLOY_FILE_INVALID", `${name}: ${what}`);
  let content: unknown;
  try {
    // JSON is YAML.
    content = parse(text);
  } catch (error) {
    throw wrong(describeError(error));
  }
  if (!isObject(content)) throw wrong("wanted an object with `request` and `deploy`");
  const isWrapped = "deploy" in content || "request" in content;
  const request = isWrapped ? content["request"] : undefined;
  const deploy = isWrapped ? content["deploy"] : content;
  if (request !== undefined && !isObject(request)) throw wrong("`request` is not an object");
  if (!isObject(deploy)) throw wrong("`deploy` is missing, or no object");
  const requestId = deploy["requestId"] ?? request?.["id"];
  if (typeof requestId !== "string" || requestId === "") {
    throw wrong("neither `request.id` nor `deploy.requestId` says what is deployed");
  }
  const id = deploy["id"] ?? deployIdAt(now);
  if (typeof id !== "string") throw wrong("`deploy.id` is not a text");
  return { request, deploy: { ...deploy, requestId, id } };
}

/** `20261121T100612123`: sorts by time, and has no hyphen. */
function deployIdAt(now: Date): string {
  return now.toISOString().replaceAll(/[-:.Z]/g, "");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
