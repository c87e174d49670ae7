// Finds the part of a file's schema that a path of the file falls under: for known keys and meanings in messages.

import { z } from 'zod';
import { isTree } from './overrides.ts';

/** A file and the schema that it is held against. */
export interface Checked {
  readonly tree: unknown;
  readonly schema: z.ZodType;
}

export type Path = readonly (string | number)[];

/** Keys allowed at the path; empty where any key is. */
export function knownKeys(path: Path, checked: Checked): readonly string[] {
  const schema = optionFor(schemaAt(path, checked), valueAt(checked.tree, path));
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** What the schema says of the field; empty where it says nothing. */
export function meaningOf(path: Path, checked: Checked): string {
  let schema = schemaAt(path, checked);
  while (schema !== null && schema.description === undefined) schema = innerOf(schema);
  return schema?.description ?? '';
}

export function valueAt(tree: unknown, path: Path): unknown {
  let value = tree;
  for (const part of path) {
    if (Array.isArray(value)) value = (value as unknown[])[Number(part)];
    else if (isTree(value)) value = value[String(part)];
    else return undefined;
  }
  return value;
}

function schemaAt(path: Path, { tree, schema: root }: Checked): z.ZodType | null {
  let schema: z.ZodType | null = root;
  path.forEach((part, depth) => {
    const option = optionFor(schema, valueAt(tree, path.slice(0, depth)));
    schema = option === null ? null : childOf(option, part);
  });
  return schema;
}

/** The schema itself without wrappers; of a union, the option that the value chose. */
function optionFor(schema: z.ZodType | null, value: unknown): z.ZodType | null {
  if (schema === null) return null;
  if (schema instanceof z.ZodUnion) {
    const options = (schema.options as z.ZodType[]).map((option) => optionFor(option, value));
    const kind = isTree(value) ? value['kind'] : undefined;
    return options.find((option) => kindOf(option) === kind && kind !== undefined) ?? null;
  }
  const inner = innerOf(schema);
  return inner === null ? schema : optionFor(inner, value);
}

function childOf(schema: z.ZodType, part: string | number): z.ZodType | null {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<string, z.ZodType>)[String(part)] ?? null;
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  return null;
}

function innerOf(schema: z.ZodType): z.ZodType | null {
  const wrapped =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodExactOptional ||
    schema instanceof z.ZodNullable;
  return wrapped ? (schema.unwrap() as z.ZodType) : null;
}

function kindOf(schema: z.ZodType | null): unknown {
  if (!(schema instanceof z.ZodObject)) return undefined;
  const kind = (schema.shape as Record<string, z.ZodType>)['kind'];
  return kind instanceof z.ZodLiteral ? kind.value : undefined;
}
