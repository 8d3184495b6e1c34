/**
 * The part of onnx.proto that Fovea writes, as descriptors made at run time from one table: no protoc, no generated
 * code. Field numbers are ONNX's (onnx.proto, IR version 10); fields we never write are left out.
 */
import type { Message } from '@bufbuild/protobuf';
import { create, createFileRegistry } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';

type Field = readonly [
  number: number,
  type:
    | 'int32'
    | 'int64'
    | 'float'
    | 'string'
    | 'bytes'
    | `${string}Proto`
    | 'Dimension'
    | 'TensorType'
    | 'SequenceType',
  repeated?: 'repeated',
];

const MESSAGES: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  ModelProto: {
    ir_version: [1, 'int64'],
    producer_name: [2, 'string'],
    graph: [7, 'GraphProto'],
    opset_import: [8, 'OperatorSetIdProto', 'repeated'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  GraphProto: {
    node: [1, 'NodeProto', 'repeated'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'repeated'],
    input: [11, 'ValueInfoProto', 'repeated'],
    output: [12, 'ValueInfoProto', 'repeated'],
  },
  NodeProto: {
    input: [1, 'string', 'repeated'],
    output: [2, 'string', 'repeated'],
    name: [3, 'string'],
    op_type: [4, 'string'],
    attribute: [5, 'AttributeProto', 'repeated'],
    domain: [7, 'string'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    ints: [8, 'int64', 'repeated'],
    type: [20, 'int32'],
  },
  TensorProto: {
    dims: [1, 'int64', 'repeated'],
    data_type: [2, 'int32'],
    name: [8, 'string'],
    raw_data: [9, 'bytes'],
    external_data: [13, 'StringStringEntryProto', 'repeated'],
    data_location: [14, 'int32'],
  },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensor_type: [1, 'TensorType'], sequence_type: [4, 'SequenceType'] },
  SequenceType: { elem_type: [1, 'TypeProto'] },
  TensorType: { elem_type: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'Dimension', 'repeated'] },
  Dimension: { dim_value: [1, 'int64'], dim_param: [2, 'string'] },
};

const SCALARS: Readonly<Record<string, Type>> = {
  int32: Type.INT32,
  int64: Type.INT64,
  float: Type.FLOAT,
  string: Type.STRING,
  bytes: Type.BYTES,
};

const file = create(FileDescriptorProtoSchema, {
  name: 'onnx-subset.proto',
  package: 'onnx',
  syntax: 'proto2',
  messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
    name,
    field: Object.entries(fields).map(([field, [number, type, repeated]]) => ({
      name: field,
      number,
      label: repeated ? Label.REPEATED : Label.OPTIONAL,
      ...(SCALARS[type] === undefined
        ? { type: Type.MESSAGE, typeName: `.onnx.${type}` }
        : { type: SCALARS[type] }),
    })),
  })),
});

/** One attribute; `type` says which of the value fields counts (ONNX: 1 float, 2 int, 3 string, 7 ints). */
export interface AttributeMessage {
  name: string;
  type: number;
  f?: number;
  i?: bigint;
  s?: Uint8Array;
  ints?: bigint[];
}

export interface TensorMessage {
  name: string;
  dims: bigint[];
  dataType: number;
  rawData?: Uint8Array;
  /** 1 when the bytes lie in another file, at `externalData`'s location, offset and length. */
  dataLocation?: number;
  externalData?: { key: string; value: string }[];
}

interface TensorTypeMessage {
  tensorType: { elemType: number; shape: { dim: { dimValue?: bigint; dimParam?: string }[] } };
}

export interface ValueInfoMessage {
  name: string;
  type: TensorTypeMessage | { sequenceType: { elemType: TensorTypeMessage } };
}

export interface NodeMessage {
  name: string;
  opType: string;
  input: string[];
  output: string[];
  attribute: AttributeMessage[];
  domain?: string;
}

export interface ModelMessage {
  irVersion: bigint;
  producerName: string;
  opsetImport: { domain: string; version: bigint }[];
  graph: {
    name: string;
    node: NodeMessage[];
    initializer: TensorMessage[];
    input: ValueInfoMessage[];
    output: ValueInfoMessage[];
  };
}

const descriptor = createFileRegistry(file, () => undefined).getMessage('onnx.ModelProto');
if (descriptor === undefined) throw new Error('onnx.ModelProto is not in its own schema');

/** Descriptor of `onnx.ModelProto` for `create` and `toBinary`. */
export const ModelSchema = descriptor as unknown as GenMessage<Message<'onnx.ModelProto'> & ModelMessage>;
