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
  "mesos.resource_provider.registry": "providers",
  "tavola.registry": "registry",
};

const columnsMax = 100;

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
      `export type ${name} =`,
      ...entries.flatMap(([key], i) => [
        ...commentLines(definition.comments[key], "  "),
        `  | "${key}"${i === entries.length - 1 ? ";" : ""}`,
      ]),
      ...declaration(name, "EnumType", `enumeration("${definition.fullName.slice(1)}", {`),
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
      this.#document(commentOf(field), "  ");
      this.#body.push(`  ${field.name}${field.required ? "" : "?"}: ${this.#typeOf(field)};`);
    }
    this.#body.push(
      "}",
      ...declaration(name, "MessageType", `message("${definition.fullName.slice(1)}", () => [`),
      ...fields.map((field) => `  ${this.#fieldRow(field)},`),
      "]);\n",
    );
  }

  #document(comment: string | null, indent: string): void {
    this.#body.push(...commentLines(comment, indent));
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

/** What the .proto file says of a field, and what it says by a default. */
function commentOf(field: protobuf.Field): string | null {
  const fallback: unknown = field.options?.["default"];
  if (fallback === undefined) return field.comment;
  const absence = `Absent means ${typeof fallback === "string" ? `\`${fallback}\`` : String(fallback)}.`;
  return field.comment ? `${field.comment} ${absence}` : absence;
}

/** The first lines of a constant that carries the name of its type. */
function declaration(name: string, type: string, call: string): string[] {
  const head = `export const ${name}: ${type}<${name}> =`;
  return `${head} ${call}`.length <= columnsMax ? [`${head} ${call}`] : [head, `  ${call}`];
}

/** A .proto file's comment as a doc comment of at most a hundred columns. */
function commentLines(comment: string | null | undefined, indent: string): string[] {
  if (!comment) return [];
  const words = comment.split(/\s+/);
  const text = words.join(" ");
  if (text.length + indent.length + 7 <= columnsMax) return [`${indent}/** ${text} */`];
  const lines = [""];
  for (const word of words) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && indent.length + 3 + line.length + 1 + word.length > columnsMax)
      lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`), `${indent} */`];
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

/** What each generated file should hold, by its path. */
export function generateProtocol(): Map<string, string> {
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

/** The generated files that do not hold what they should. */
export function staleFiles(generated: ReadonlyMap<string, string>): string[] {
  return [...generated]
    .filter(([path, text]) => !existsSync(path) || readFileSync(path, "utf8") !== text)
    .map(([path]) => path);
}

function main(): void {
  const generated = generateProtocol();
  for (const path of staleFiles(generated)) {
    if (process.argv.includes("--check")) {
      console.error(`${relative(root, path)} is not what proto/ says; run \`npm run generate\``);
      process.exitCode = 1;
    } else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, generated.get(path) ?? "");
    }
  }
}

if (import.meta.main) main();
