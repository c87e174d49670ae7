// Writes a graph as the bytes of an ONNX ModelProto. Field numbers: onnx.proto3 of the ONNX specification, IR version 10.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Attribute, ElementType, Graph, GraphNode, Initializer, Value } from './graph.ts';
import { operatorDomains } from './graph.ts';

const IR_VERSION = 10;
const OPERATOR_SET = 18;
const MICROSOFT_OPERATOR_SET = 1;

const ELEMENT_TYPE: Record<ElementType, number> = { float32: 1, int8: 3, int64: 7, bool: 9 };
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;
const EXTERNAL = 1;

/** The bytes of the model; external initializers refer to files beside it, inline ones must stay under 2 GB together. */
export function encodeModel(graph: Graph): Uint8Array<ArrayBuffer> {
  const model = new BinaryWriter();
  model.tag(1, WireType.Varint).int64(IR_VERSION);
  message(model, 7, (writer) => writeGraph(writer, graph));
  writeOperatorSet(model, '', OPERATOR_SET);
  writeOperatorSet(model, 'com.microsoft', MICROSOFT_OPERATOR_SET);
  return model.finish();
}

function writeOperatorSet(model: BinaryWriter, domain: string, version: number): void {
  message(model, 8, (writer) => {
    text(writer, 1, domain);
    writer.tag(2, WireType.Varint).int64(version);
  });
}

function writeGraph(writer: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) message(writer, 1, (inner) => writeNode(inner, node));
  text(writer, 2, 'diffract');
  for (const initializer of graph.initializers) message(writer, 5, (inner) => writeInitializer(inner, initializer));
  for (const value of graph.inputs) message(writer, 11, (inner) => writeValue(inner, value));
  for (const value of graph.outputs) message(writer, 12, (inner) => writeValue(inner, value));
  for (const value of intermediates(graph)) message(writer, 13, (inner) => writeValue(inner, value));
}

/** Their shapes let the runtime see which buffers are of one size, even where it could not work the sizes out itself. */
function intermediates({ nodes, outputs }: Graph): Value[] {
  const declared = new Set(outputs.map(({ name }) => name));
  return nodes.flatMap((node) => node.outputs.filter(({ name }) => !declared.has(name)));
}

function writeNode(writer: BinaryWriter, node: GraphNode): void {
  for (const { name } of node.inputs) text(writer, 1, name);
  for (const { name } of node.outputs) text(writer, 2, name);
  text(writer, 3, node.name);
  text(writer, 4, node.operator);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    message(writer, 5, (inner) => writeAttribute(inner, name, attribute));
  }
  text(writer, 7, operatorDomains[node.operator]);
}

function writeAttribute(writer: BinaryWriter, name: string, attribute: Attribute): void {
  text(writer, 1, name);
  if (typeof attribute === 'number') {
    writer.tag(3, WireType.Varint).int64(attribute);
    writer.tag(20, WireType.Varint).int32(ATTRIBUTE_TYPE.int);
  } else if (typeof attribute === 'string') {
    text(writer, 4, attribute);
    writer.tag(20, WireType.Varint).int32(ATTRIBUTE_TYPE.string);
  } else if ('float' in attribute) {
    writer.tag(2, WireType.Bit32).float(attribute.float);
    writer.tag(20, WireType.Varint).int32(ATTRIBUTE_TYPE.float);
  } else {
    for (const item of attribute) writer.tag(8, WireType.Varint).int64(item);
    writer.tag(20, WireType.Varint).int32(ATTRIBUTE_TYPE.ints);
  }
}

function writeInitializer(writer: BinaryWriter, { value, data }: Initializer): void {
  for (const size of value.shape) writer.tag(1, WireType.Varint).int64(Number(size));
  writer.tag(2, WireType.Varint).int32(ELEMENT_TYPE[value.type]);
  text(writer, 8, value.name);
  if (!('location' in data)) {
    writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return;
  }
  for (const [key, entry] of Object.entries(data)) {
    message(writer, 13, (inner) => {
      text(inner, 1, key);
      text(inner, 2, String(entry));
    });
  }
  writer.tag(14, WireType.Varint).int32(EXTERNAL);
}

function writeValue(writer: BinaryWriter, value: Value): void {
  text(writer, 1, value.name);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(ELEMENT_TYPE[value.type]);
      message(tensor, 2, (shape) => {
        for (const size of value.shape) {
          message(shape, 1, (dimension) => {
            if (typeof size === 'number') dimension.tag(1, WireType.Varint).int64(size);
            else text(dimension, 2, size);
          });
        }
      });
    }),
  );
}

function message(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function text(writer: BinaryWriter, field: number, content: string): void {
  writer.tag(field, WireType.LengthDelimited).string(content);
}
