/**
 * `/version` and `/flags`, and the same fields at the top of `/state`.
 */

import { tavolaVersion, versionInfo } from "@tavola/protocol";
import { type JsonText, jsonDouble, jsonObject, jsonString } from "./json-text.ts";

/**
 * Differs: `tavola_version` is ours, and without a build there is no `git_sha` or `git_branch`
 * (Mesos leaves those out too when it was not built from a checkout).
 */
export function versionJson(): JsonText {
  return jsonObject({
    version: jsonString(versionInfo.version),
    build_date: jsonString(versionInfo.build_date ?? ""),
    build_time: jsonDouble(versionInfo.build_time ?? 0),
    build_user: jsonString(versionInfo.build_user ?? ""),
    tavola_version: jsonString(tavolaVersion),
  });
}

export function flagsJson(flagsShown: Readonly<Record<string, string>>): JsonText {
  return `{"flags":${JSON.stringify(flagsShown)}}`;
}
