/**
 * Node's HTTP module, loaded without its price.
 *
 * `import` of `node:http` as an ES module reads every export once, `WebSocket` among them, which
 * loads all of Node's bundled undici: 40 ms where 2 ms do. `getBuiltinModule` reads nothing.
 * Import types from "node:http" directly; they cost nothing.
 */

export const nodeHttp: typeof import("node:http") = process.getBuiltinModule("node:http");
