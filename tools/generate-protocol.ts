/**
 * Generates `kernel/protocol/src/generated/` from `proto/`: `npm run generate`.
 *
 * For every message a TypeScript interface and, under the same name, its `MessageType` (a table of
 * fields, built when first asked for); for every enum a union of its names and, under the same name,
 * its `EnumType`. Codecs are not generated: `message-codec.ts` compiles them from the tables, so that
 * a command that touches three messages pays for three. With `--check` nothing is written and the
 * exit status says whether the checked-in files are what would be.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import protobuf from "protobufjs";

const root = join(import.meta.dirname, "..");
const protoFolder = join(root, "proto");
const outFolder = join(root, "kernel/protocol/src/generated");

/** Which proto package goes to which generated module. */
const modules: Readonly<Record<string, string>> = {
  "google.protobuf": "duration",
  "mesos.v1": "v1",
  "mesos.v1.scheduler": "scheduler",
  "mesos.v1.executor": "executor",
  "mesos.v1.master": "master",
  "mesos.v1.agent": "agent",
  "mesos.v1.allocator": "allocator",
  "mesos.v1.maintenance": "maintenance",
  "mesos.v1.quota": "quota",
  "mesos.internal": "internal",
  "mesos.internal.slave": "checkpoint",
};

type Definition = protobuf.Type | protobuf.Enum;

const scalarTypes: Readonly<Record<string, string>> = {
  double: "number",
  int32: "number",
  int64: "number",
  uint32: "number",
  uint64: "number",
  bool: "boolean",
  string: "string",
  bytes: "Uint8Array",
  bigint64: "bigint",
};

function packageOf(definition: Definition): string {
  let at: protobuf.NamespaceBase | null = definition.parent;
  while (at instanceof protobuf.Type) at = at.parent;
  return at === null ? "" : at.fullName.slice(1);
}

/** `Call.Accept` of any package is `Call_Accept` in its module. */
function localName(definition: Definition): string {
  return definition.fullName.slice(packageOf(definition).length + 2).replaceAll(".", "_");
}

/** Every message and enum below `namespace`, outer ones before those nested in them. */
function definitionsIn(namespace: protobuf.NamespaceBase): Definition[] {
  return namespace.nestedArray.flatMap((nested) => {
    if (nested instanceof protobuf.Enum) return [nested];
    if (nested instanceof protobuf.Type) return [nested, ...definitionsIn(nested)];
    return [];
  });
}

/** Our name of a scalar: 64-bit fields marked `jstype = JS_STRING` need every bit, so are bigints. */
function scalarOf(field: protobuf.Field): string {
  return field.options?.["jstype"] === "JS_STRING" ? "bigint64" : field.type;
}

class ModuleWriter {
  readonly #package: string;
  readonly #imports = new Set<string>();
  readonly #body: string[] = [];
  #hasEnums = false;

  constructor(packageName: string) {
    this.#package = packageName;
  }

  add(definition: Definition): void {
    if (definition instanceof protobuf.Enum) this.#addEnum(definition);
    else this.#addMessage(definition);
  }

  text(): string {
    const names = this.#hasEnums
      ? "type EnumType, enumeration, type MessageType, message"
      : "type MessageType, message";
    const imports = [...this.#imports]
      .sort()
      .map((name) => `import * as ${name} from "./${name}.ts";\n`);
    return `// Generated from proto/ by tools/generate-protocol.ts; edit those, then \`npm run generate\`.

import { ${names} } from "../message-type.ts";
${imports.join("")}
${this.#body.join("\n")}`;
  }

  #addEnum(definition: protobuf.Enum): void {
    this.#hasEnums = true;
    const name = localName(definition);
    const entries = Object.entries(definition.values);
    this.#document(definition.comment, "");
    this.#body.push(
      `export type ${name} =\n${entries.map(([key]) => `  | "${key}"`).join("\n")};`,
      `export const ${name}: EnumType<${name}> = enumeration("${definition.fullName.slice(1)}", {`,
      ...entries.map(([key, value]) => `  ${key}: ${value},`),
      "});\n",
    );
  }

  #addMessage(definition: protobuf.Type): void {
    const name = localName(definition);
    // As declared: JSON is written in this order.
    const fields = definition.fieldsArray;
    this.#document(definition.comment, "");
    this.#body.push(`export interface ${name} {`);
    for (const field of fields) {
      this.#document(field.comment, "  ");
      this.#body.push(`  ${field.name}${field.required ? "" : "?"}: ${this.#typeOf(field)};`);
    }
    this.#body.push(
      "}",
      `export const ${name}: MessageType<${name}> = message("${definition.fullName.slice(1)}", () => [`,
      ...fields.map((field) => `  ${this.#fieldRow(field)},`),
      "]);\n",
    );
  }

  #document(comment: string | null, indent: string): void {
    if (comment) this.#body.push(`${indent}/** ${comment.replaceAll("\n", " ")} */`);
  }

  #reference(definition: Definition): string {
    const owner = packageOf(definition);
    if (owner === this.#package) return localName(definition);
    const module = modules[owner];
    if (module === undefined) throw new Error(`no module for ${definition.fullName}`);
    this.#imports.add(module);
    return `${module}.${localName(definition)}`;
  }

  #typeOf(field: protobuf.Field): string {
    const resolved = field.resolvedType;
    const element =
      resolved === null ? (scalarTypes[scalarOf(field)] ?? "never") : this.#reference(resolved);
    if (field.map) return `Readonly<Record<string, ${element}>>`;
    return field.repeated ? `readonly ${element}[]` : element;
  }

  #fieldRow(field: protobuf.Field): string {
    const kind =
      field.resolvedType === null ? `"${scalarOf(field)}"` : this.#reference(field.resolvedType);
    const label = field.map
      ? "map"
      : field.repeated
        ? "repeated"
        : field.required
          ? "required"
          : "optional";
    const row = [String(field.id), `"${field.name}"`, kind, `"${label}"`];
    const fallback: unknown = field.options?.["default"];
    const oneof = field.partOf?.name;
    const options = [
      ...(fallback === undefined ? [] : [`default: ${JSON.stringify(fallback)}`]),
      ...(oneof === undefined ? [] : [`oneof: "${oneof}"`]),
      ...(fallback !== undefined && field.options?.["deprecated"] === true
        ? ["deprecated: true"]
        : []),
    ];
    if (options.length > 0) row.push(`{ ${options.join(", ")} }`);
    return `[${row.join(", ")}]`;
  }
}

function load(): protobuf.Root {
  const files = readdirSync(protoFolder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".proto"),
  );
  const loaded = new protobuf.Root();
  loaded.resolvePath = (_origin, target) =>
    join(protoFolder, relative(protoFolder, join(protoFolder, target)));
  loaded.loadSync(files, { keepCase: true, alternateCommentMode: true });
  loaded.resolveAll();
  return loaded;
}

function generate(): Map<string, string> {
  const loaded = load();
  const output = new Map<string, string>();
  for (const [packageName, module] of Object.entries(modules)) {
    const namespace = loaded.lookup(packageName);
    if (!(namespace instanceof protobuf.Namespace))
      throw new Error(`no package ${packageName} in proto/`);
    const writer = new ModuleWriter(packageName);
    for (const definition of definitionsIn(namespace)) writer.add(definition);
    output.set(join(outFolder, `${module}.ts`), writer.text());
  }
  return output;
}

const checkOnly = process.argv.includes("--check");
let stale = 0;
for (const [path, text] of generate()) {
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  stale += 1;
  if (checkOnly) {
    console.error(`${relative(root, path)} is not what proto/ says; run \`npm run generate\``);
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
if (checkOnly && stale > 0) process.exitCode = 1;
