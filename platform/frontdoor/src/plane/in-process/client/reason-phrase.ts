/**
 * What a status is called: Node's table, without `import` of `node:http`, which would load all of
 * Node's undici (docs/decisions/0002-http.md).
 */

const { STATUS_CODES } = process.getBuiltinModule("node:http");

export function reasonPhrase(status: number): string {
  return STATUS_CODES[status] ?? "";
}
