/**
 * Which row a method and a path call.
 *
 * Paths are compared segment by segment; a fixed segment comes before a parameter, so that
 * `/requests/ids/active` is not the request "active". A slash at the end means nothing. Owns matching
 * only; a path that no row has is 404, one that other methods have is 405.
 */

import type { Method, Route } from "./route.ts";

export interface Match {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

export type RouterAnswer =
  | { readonly kind: "match"; readonly match: Match }
  | { readonly kind: "notFound" }
  | { readonly kind: "otherMethods"; readonly methods: readonly Method[] };

interface Node {
  readonly fixed: Map<string, Node>;
  parameter: Node | undefined;
  readonly routes: Map<Method, Route>;
}

const newNode = (): Node => ({ fixed: new Map(), parameter: undefined, routes: new Map() });

export class Router {
  readonly #root = newNode();

  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#add(route);
  }

  /** `path` is percent-encoded and below the API's prefix. PERF: O(segments). */
  find(method: string, path: string): RouterAnswer {
    const segments = segmentsOf(path);
    const found = search(this.#root, segments, 0, []);
    if (found === undefined) return { kind: "notFound" };
    const { routes } = found.node;
    const route =
      routes.get(method as Method) ?? (method === "HEAD" ? routes.get("GET") : undefined);
    if (route === undefined) return { kind: "otherMethods", methods: [...routes.keys()] };
    return { kind: "match", match: { route, parameters: nameParameters(route, found.values) } };
  }

  #add(route: Route): void {
    let node = this.#root;
    for (const segment of segmentsOf(route.path)) {
      if (segment.startsWith("{")) {
        node.parameter ??= newNode();
        node = node.parameter;
        continue;
      }
      const next = node.fixed.get(segment) ?? newNode();
      node.fixed.set(segment, next);
      node = next;
    }
    if (node.routes.has(route.method)) {
      throw new Error(`two routes are ${route.method} ${route.path}`);
    }
    node.routes.set(route.method, route);
  }
}

function search(
  node: Node,
  segments: readonly string[],
  at: number,
  values: readonly string[],
): { readonly node: Node; readonly values: readonly string[] } | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.routes.size > 0 ? { node, values } : undefined;
  const fixed = node.fixed.get(segment);
  const found = fixed && search(fixed, segments, at + 1, values);
  if (found !== undefined || node.parameter === undefined) return found;
  return search(node.parameter, segments, at + 1, [...values, segment]);
}

function nameParameters(route: Route, values: readonly string[]): Readonly<Record<string, string>> {
  const names = segmentsOf(route.path).filter((segment) => segment.startsWith("{"));
  return Object.fromEntries(names.map((name, index) => [name.slice(1, -1), decode(values[index])]));
}

function segmentsOf(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}

/** As it is when it cannot be decoded. */
function decode(segment = ""): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
