/**
 * `/` and `/help`: what there is to ask, one path a line, for a person who came with a browser or curl.
 */

import { type HttpResponse, type Route, textResponse } from "@tavola/host";
import { mesosVersion, tavolaVersion } from "@tavola/protocol";

/** Routes of the front page and of `/help`, which list `routes`. */
export function helpPages(routes: readonly Route[]): Route[] {
  const page = (): HttpResponse => textResponse(200, helpText(routes));
  return [
    { process: "master", path: "", handle: page, exact: true },
    { process: "help", path: "", handle: page },
  ];
}

function helpText(routes: readonly Route[]): string {
  const paths = new Set(routes.map(shownPath));
  return [
    `Tavola ${tavolaVersion} master, compatible with Apache Mesos ${mesosVersion}.`,
    "",
    "Operator API: POST /api/v1; scheduler API: POST /api/v1/scheduler.",
    "Endpoints (those of the master also below /master):",
    ...[...paths].sort().map((path) => `  ${path}`),
    "",
  ].join("\n");
}

function shownPath({ process, path }: Route): string {
  return process === "master" ? `/${path}` : `/${process}${path === "" ? "" : `/${path}`}`;
}
