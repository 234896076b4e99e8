/**
 * Pages of lists: `count` on each (100, at most 1000), `page` from 1.
 */

import type { Page } from "../core/model/answers.ts";
import { whole } from "../core/model/shape.ts";
import { type Outcome, refused } from "../core/turn.ts";
import type { Slice } from "../history/history-store.ts";
import { one } from "./route.ts";

const countDefault = 100;
const countMax = 1000;

export const pagingQuery = { count: one(whole), page: one(whole) };

export interface Paging {
  readonly count?: number | undefined;
  readonly page?: number | undefined;
}

export function sliceOf({ count = countDefault, page = 1 }: Paging): Outcome<Slice> {
  if (count < 0) return refused(400, "count param must be non-zero");
  if (page < 1) return refused(400, "page param must be 1 or greater");
  const limit = Math.min(count, countMax);
  return { value: { offset: limit * (page - 1), limit } };
}

export function pageOf<T>(
  objects: readonly T[],
  dataCount: number,
  { limit }: Slice,
  { page = 1 }: Paging,
): Page<T> {
  return { dataCount, pageCount: limit === 0 ? 0 : Math.ceil(dataCount / limit), page, objects };
}

/** A list of which the first part is at hand and the rest elsewhere. */
export interface Blended<T> {
  readonly here: readonly T[];
  readonly there: (slice: Slice) => Promise<readonly T[]>;
}

/** PERF: asks elsewhere only for what is missing. */
export async function sliceBlended<T>(
  { here, there }: Blended<T>,
  { offset, limit }: Slice,
): Promise<readonly T[]> {
  const first = here.slice(offset, offset + limit);
  const missing = limit - first.length;
  if (missing === 0) return first;
  const rest = await there({ offset: Math.max(0, offset - here.length), limit: missing });
  return [...first, ...rest];
}
