import assert from "node:assert/strict";
import { test } from "node:test";
import { instant } from "@tavola/base";
import type { RequestWithState } from "../core/model/request.ts";
import { OfferCache } from "../core/placement/offer-cache.ts";
import { createSchedulerState, fileRecord, type SchedulerState } from "../core/state.ts";
import { RequestList } from "./request-list.ts";

function put(state: SchedulerState, id: string, requestState: RequestWithState["state"]): void {
  const record = {
    request: { id, requestType: "SERVICE" },
    state: requestState,
    timestamp: instant(1),
  };
  fileRecord(state, "request", id, record as unknown as RequestWithState);
}

/** More than two pieces of the list. */
function filled(): SchedulerState {
  const state = createSchedulerState(new OfferCache());
  for (let n = 0; n < 1100; n += 1) put(state, `r${n}`, "ACTIVE");
  return state;
}

function read(pieces: Iterable<Uint8Array>): readonly { request: { id: string }; state: string }[] {
  return JSON.parse(Buffer.concat([...pieces]).toString());
}

function stateOf(list: RequestList, state: SchedulerState, id: string): string | undefined {
  return read(list.bytes(state)).find(({ request }) => request.id === id)?.state;
}

test("bytes() lists all, again and again, as they are when it is asked", () => {
  const state = createSchedulerState(new OfferCache());
  const list = new RequestList();
  assert.deepEqual(read(list.bytes(state)), []);
  put(state, "a", "ACTIVE");
  for (let times = 0; times < 3; times += 1) assert.equal(stateOf(list, state, "a"), "ACTIVE");
  put(state, "a", "PAUSED");
  assert.equal(stateOf(list, state, "a"), "PAUSED");
  fileRecord(state, "request", "a", undefined);
  for (let times = 0; times < 2; times += 1) assert.deepEqual(read(list.bytes(state)), []);
});

test("bytes() sends what was kept, without a look at each, where nothing has changed", () => {
  const state = filled();
  const list = new RequestList();
  const first = [...list.bytes(state)];
  const again = [...list.bytes(state)];
  assert.ok(first.length > 3 && first.every((piece, at) => piece === again[at]));
  put(state, "r600", "PAUSED");
  const changed = [...list.bytes(state)].filter((piece, at) => piece !== first[at]);
  assert.equal(changed.length, 1);
});

test("a list that was begun before a change leaves nothing old behind for those after it", () => {
  const state = filled();
  const list = new RequestList();
  read(list.bytes(state));
  put(state, "r0", "PAUSED");
  const slow = list.bytes(state);
  slow.next();
  put(state, "r1099", "PAUSED");
  const during = list.bytes(state);
  during.next();
  for (const begun of [slow, during]) assert.ok([...begun].length > 2);
  for (let times = 0; times < 2; times += 1) {
    assert.equal(stateOf(list, state, "r0"), "PAUSED");
    assert.equal(stateOf(list, state, "r1099"), "PAUSED");
  }
});
