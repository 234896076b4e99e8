/**
 * What a message is: its name on the wire and a table of its fields.
 *
 * The generated modules build these tables, lazily, and everything that handles messages (protobuf,
 * JSON, validation of required fields) is compiled from them. A message in memory is a plain object
 * with the wire's own snake_case names; a field that is absent on the wire is absent in the object
 * (proto2 presence), an enum value is its name, bytes are a Uint8Array, 64-bit integers are numbers
 * (nanoseconds since the epoch, which need every bit, are bigints), a map is an object.
 */

/** `bigint64` is an int64 whose every bit matters. */
export type ScalarKind =
  | "double"
  | "int32"
  | "int64"
  | "uint32"
  | "uint64"
  | "bool"
  | "string"
  | "bytes"
  | "bigint64";

export type FieldLabel = "required" | "optional" | "repeated" | "map";

export interface FieldOptions {
  /** What absence means; never filled in by a decoder. */
  readonly default?: unknown;
  /** Name of the oneof that the field belongs to. */
  readonly oneof?: string;
  /** Told only of fields that have a default: Mesos's JSON leaves those out when they are unset. */
  readonly deprecated?: boolean;
}

/** One row of a message's table; `kind` is the element's for repeated fields and the value's for maps. */
export type Field = readonly [
  number: number,
  name: string,
  // biome-ignore lint/suspicious/noExplicitAny: the element type of a nested table is not known here
  kind: ScalarKind | MessageType<any> | EnumType<any>,
  label: FieldLabel,
  options?: FieldOptions,
];

export interface EnumType<Name extends string = string> {
  readonly form: "enum";
  /** Fully qualified, as in the .proto file. */
  readonly typeName: string;
  readonly numbers: Readonly<Record<Name, number>>;
}

export interface MessageType<T> {
  readonly form: "message";
  /** Fully qualified, as in the .proto file; for internal messages this is the name on the wire. */
  readonly typeName: string;
  /** In the order of the .proto file, which is that of Mesos's JSON; protobuf is written by number. */
  readonly fields: readonly Field[];
  /** Carries T for inference; never set. */
  readonly $type?: T;
}

/** The object type of messages of `M`: `MessageOf<typeof Offer>`. */
export type MessageOf<M> = M extends MessageType<infer T> ? T : never;

export function message<T>(typeName: string, rows: () => readonly Field[]): MessageType<T> {
  let fields: readonly Field[] | undefined;
  return {
    form: "message",
    typeName,
    get fields() {
      fields ??= rows();
      return fields;
    },
  };
}

export function enumeration<Name extends string>(
  typeName: string,
  numbers: Readonly<Record<Name, number>>,
): EnumType<Name> {
  return { form: "enum", typeName, numbers };
}

/** The fields that are unset when this one is read: of a oneof the last that comes counts. */
export function oneofSiblings(type: MessageType<unknown>, field: Field): readonly Field[] {
  const oneof = field[4]?.oneof;
  if (oneof === undefined) return [];
  return type.fields.filter((other) => other !== field && other[4]?.oneof === oneof);
}
