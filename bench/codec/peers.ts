/**
 * The same message through other people's protobuf libraries, from the same .proto files.
 *
 * protobufjs reads the files; protobuf-es is given descriptors made of what protobufjs read. Maps and
 * oneofs, which the workload does not have, are left out of those.
 */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { create, createFileRegistry, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type EnumDescriptorProto,
  EnumDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  FieldDescriptorProto_Type as Kind,
  FieldDescriptorProto_Label as Label,
} from "@bufbuild/protobuf/wkt";
import protobuf from "protobufjs";

export interface Peer {
  encode(message: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

const proto = join(import.meta.dirname, "../../proto");

function loadRoot(): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(proto, target);
  const files = readdirSync(proto, { recursive: true, encoding: "utf8" });
  root.loadSync(
    files.filter((file) => file.endsWith(".proto")),
    { keepCase: true },
  );
  root.resolveAll();
  return root;
}

/** protobufjs, with codecs that it compiles at run time. */
export function protobufJs(typeName: string): Peer {
  const type = loadRoot().lookupType(typeName);
  return {
    encode: (message) => type.encode(message as protobuf.Message).finish(),
    decode: (bytes) => type.decode(bytes),
  };
}

/** protobuf-es, by reflection, as it always works. */
export function protobufEs(typeName: string): Peer {
  const root = loadRoot();
  const packages = ["mesos.v1", "mesos.v1.scheduler"];
  const file = packages.map((name, i) => {
    const namespace = root.lookup(name) as protobuf.Namespace;
    const dependency = packages.slice(0, i).map((earlier) => `${earlier}.proto`);
    const common = { name: `${name}.proto`, package: name, syntax: "proto2", dependency };
    return create(FileDescriptorProtoSchema, { ...common, ...definitionsOf(namespace) });
  });
  const files = createFileRegistry(create(FileDescriptorSetSchema, { file }));
  const schema = files.getMessage(typeName);
  if (schema === undefined) throw new Error(`protobuf-es does not know ${typeName}`);
  return {
    encode: (message) => toBinary(schema, message as never),
    decode: (bytes) => fromBinary(schema, bytes),
  };
}

function definitionsOf(namespace: protobuf.NamespaceBase) {
  const { nestedArray } = namespace;
  return {
    messageType: nestedArray.filter((nested) => nested instanceof protobuf.Type).map(describeType),
    enumType: nestedArray.filter((nested) => nested instanceof protobuf.Enum).map(describeEnum),
  };
}

function describeType(type: protobuf.Type): DescriptorProto {
  const { messageType, enumType } = definitionsOf(type);
  const field = type.fieldsArray
    .filter(({ map }) => !map)
    .map((each) => ({
      name: each.name,
      number: each.id,
      label: each.repeated ? Label.REPEATED : each.required ? Label.REQUIRED : Label.OPTIONAL,
      type: kindOf(each),
      ...(each.resolvedType === null ? {} : { typeName: each.resolvedType.fullName }),
    }));
  return create(DescriptorProtoSchema, {
    name: type.name,
    field,
    nestedType: messageType,
    enumType,
  });
}

function describeEnum(type: protobuf.Enum): EnumDescriptorProto {
  const value = Object.entries(type.values).map(([name, number]) => ({ name, number }));
  return create(EnumDescriptorProtoSchema, { name: type.name, value });
}

function kindOf({ type, resolvedType }: protobuf.Field): Kind {
  if (resolvedType !== null)
    return resolvedType instanceof protobuf.Enum ? Kind.ENUM : Kind.MESSAGE;
  return Kind[type.toUpperCase() as "STRING"];
}
