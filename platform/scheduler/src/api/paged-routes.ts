/**
 * Lists that come in pages: each has a twin, `…/withmetadata`, that says how long the list is.
 */

import type { Page } from "../core/model/answers.ts";
import { type Fields, object, optional, required } from "../core/model/fields.ts";
import { list, type Shape, truth, whole } from "../core/model/shape.ts";
import type { Slice } from "../history/history-store.ts";
import { pageOf, pagingQuery, sliceOf } from "./paging.ts";
import {
  type Access,
  type Call,
  one,
  type QueryTable,
  type QueryValues,
  type Route,
  route,
} from "./route.ts";

function pageShape<T>(item: Shape<T>): Shape<Page<T>> {
  const fields = {
    dataCount: optional(whole),
    pageCount: optional(whole),
    page: optional(whole),
    objects: required(list(item)),
  };
  return object<Page<T>>(`SingularityPaginatedResponse${item.name}`, fields as Fields<Page<T>>);
}

interface PagedList<Q extends QueryTable, T> {
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly query: Q;
  readonly item: Shape<T>;
  readonly slice: (call: Call<undefined, Q>, slice: Slice) => Promise<readonly T[]>;
  readonly count: (call: Call<undefined, Q>) => Promise<number>;
}

/** The list and its twin. */
export function pagedRoutes<Q extends QueryTable, T>(
  spec: PagedList<Q & typeof pagingQuery, T>,
): readonly Route[] {
  const query = { ...spec.query, ...pagingQuery, skipZk: one(truth) };
  return [
    route<readonly T[], undefined, typeof query>({
      ...spec,
      method: "GET",
      query,
      answer: list(spec.item),
      async handle(call) {
        const slice = sliceOf(call.query as QueryValues<typeof pagingQuery>);
        if (slice.refusal !== undefined) return slice;
        return { value: await spec.slice(call as never, slice.value) };
      },
    }),
    route<Page<T>, undefined, typeof query>({
      ...spec,
      method: "GET",
      path: `${spec.path}/withmetadata`,
      summary: `${spec.summary}, and how many there are`,
      query,
      answer: pageShape(spec.item),
      async handle(call) {
        const paging = call.query as QueryValues<typeof pagingQuery>;
        const slice = sliceOf(paging);
        if (slice.refusal !== undefined) return slice;
        const [objects, count] = await Promise.all([
          spec.slice(call as never, slice.value),
          spec.count(call as never),
        ]);
        return { value: pageOf(objects, count, slice.value, paging) };
      },
    }),
  ];
}
