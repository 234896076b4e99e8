/** Deploys in lists, from what is kept, what is under way, and what is told once more. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeployHistory } from "../core/model/deploy-progress.ts";
import { deployKey } from "../core/records.ts";
import { fileRecord } from "../core/state.ts";
import { prepareCluster } from "./testing/sample-cluster.ts";

/** The web service's `d1` is active, and the newest. */
function ended(number: number, message: string): DeployHistory {
  const marker = { requestId: "web", deployId: `e${number}`, timestamp: number };
  return {
    deployMarker: marker,
    deploy: { requestId: "web", id: marker.deployId, command: "run" },
    deployResult: { deployState: "SUCCEEDED", deployFailures: [], timestamp: number, message },
  };
}

async function clusterWith(there: readonly number[], here: readonly number[]) {
  const api = await prepareCluster();
  await api.history.append({ deploys: there.map((number) => ended(number, "there")) });
  for (const number of here) {
    fileRecord(
      api.core.state,
      "outboxDeploy",
      deployKey("web", `e${number}`),
      ended(number, "here"),
    );
  }
  const list = async (count: number, page = 1) => {
    const answer = await api.call(
      "GET",
      `/history/request/web/deploys?count=${count}&page=${page}`,
    );
    return answer
      .json<DeployHistory[]>()
      .map(({ deployMarker, deployResult }) =>
        deployResult === undefined
          ? deployMarker.deployId
          : `${deployMarker.deployId} ${deployResult.message}`,
      );
  };
  return { api, list };
}

test("an old deploy that is told once more stays in its place, with what is said of it now", async () => {
  const { api, list } = await clusterWith([1, 2, 3, 4, 5], [2, 4]);
  const all = ["d1", "e5 there", "e4 here", "e3 there", "e2 here", "e1 there"];
  assert.deepEqual(await list(100), all);
  const twin = await api.call("GET", "/history/request/web/deploys/withmetadata?count=4");
  assert.deepEqual(
    [twin.json<{ dataCount: number }>().dataCount, twin.json<{ pageCount: number }>().pageCount],
    [6, 2],
  );
});

test("pages of any size put together are the list, wherever the deploys are", async () => {
  for (const here of [[], [1], [9], [2, 3], [0, 5, 10], [1, 2, 3, 4, 5, 6, 7, 8]]) {
    const { list } = await clusterWith([1, 2, 3, 4, 5, 6, 7, 8], here);
    const all = await list(100);
    assert.deepEqual(
      all.slice(1).map((each) => Number(/\d+/.exec(each)?.[0])),
      [...new Set([1, 2, 3, 4, 5, 6, 7, 8, ...here])].toSorted((a, b) => b - a),
    );
    for (const count of [1, 2, 3, 4]) {
      const pages: string[] = [];
      for (let page = 1; page <= Math.ceil((all.length + 2) / count); page += 1) {
        pages.push(...(await list(count, page)));
      }
      assert.deepEqual(pages, all, `here ${here}, pages of ${count}`);
    }
  }
});
