// From a JSON schema to the part of it that llama.cpp can be held to. node-llama-cpp passes over what it does not know, and
// its answers would then break the schema silently; here that is refused by name.

/** A schema that node-llama-cpp follows to the letter, or what stands in the way, in words. */
export type SchemaReading =
  { readonly ok: true; readonly schema: object } | { readonly ok: false; readonly problem: string };

/** Every property counts as required, and no other one is written unless `additionalProperties` allows it. */
export function readJsonSchema(schema: object): SchemaReading {
  try {
    const { $defs = {}, ...root } = schema as Schema;
    const definitions = record($defs, '#/$defs');
    const names = Object.keys(definitions);
    const followed = follow(root, '#', names);
    return {
      ok: true,
      schema: names.length === 0 ? followed : { ...followed, $defs: followEach(definitions, '#/$defs', names) },
    };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, problem: error.message };
    throw error;
  }
}

class Refusal extends Error {}

type Schema = Readonly<Record<string, unknown>>;

const NOTES = ['title', 'description', 'default', 'examples', '$schema', '$id', '$comment'];
const SCALARS = ['string', 'number', 'integer', 'boolean', 'null'];
const FORMATS = ['date-time', 'time', 'date'];

function follow(value: unknown, path: string, names: readonly string[]): Schema {
  const schema = record(value, path);
  if ('$ref' in schema) return followReference(schema, path, names);
  for (const union of ['anyOf', 'oneOf']) {
    if (!(union in schema)) continue;
    allowOnly(schema, path, [union]);
    return { oneOf: followList(schema[union], `${path}/${union}`, names) };
  }
  if ('const' in schema || 'enum' in schema) return followLiterals(schema, path);
  if (schema['type'] === 'object') return followObject(schema, path, names);
  if (schema['type'] === 'array') return followArray(schema, path, names);
  return followScalar(schema, path);
}

function followReference(schema: Schema, path: string, names: readonly string[]): Schema {
  allowOnly(schema, path, ['$ref']);
  const { $ref } = schema;
  if (names.some((name) => $ref === `#/$defs/${name}`)) return { $ref };
  throw new Refusal(
    `${path}/$ref is ${JSON.stringify($ref)}; expected #/$defs/NAME, of an entry of the outermost $defs`,
  );
}

function followLiterals(schema: Schema, path: string): Schema {
  allowOnly(schema, path, ['const', 'enum', 'type']);
  const literals = 'const' in schema ? [schema['const']] : list(schema['enum'], `${path}/enum`);
  if (literals.some((literal) => typeof literal === 'object' && literal !== null)) {
    throw new Refusal(`${path} allows an object or a list as a constant; expected texts, numbers, true, false or null`);
  }
  return { enum: literals };
}

function followObject(schema: Schema, path: string, names: readonly string[]): Schema {
  allowOnly(schema, path, ['type', 'properties', 'required', 'additionalProperties']);
  const { properties = {}, required = [], additionalProperties: others } = schema;
  const own = followEach(record(properties, `${path}/properties`), `${path}/properties`, names);
  const absent = list(required, `${path}/required`).find((name) => !(String(name) in own));
  if (absent !== undefined) throw new Refusal(`${path}/required names ${JSON.stringify(absent)}, which is no property`);
  if (others === undefined || others === false) return { type: 'object', properties: own };
  const additionalProperties = others === true || followOrAny(others, `${path}/additionalProperties`, names);
  return { type: 'object', properties: own, additionalProperties };
}

function followArray(schema: Schema, path: string, names: readonly string[]): Schema {
  allowOnly(schema, path, ['type', 'items', 'prefixItems', 'minItems', 'maxItems']);
  const { items, prefixItems, minItems, maxItems } = schema;
  requireOrder(minItems, maxItems, path);
  requireOrder(Array.isArray(prefixItems) ? prefixItems.length : 0, maxItems, path);
  return {
    type: 'array',
    ...(items === undefined ? {} : { items: follow(items, `${path}/items`, names) }),
    ...(prefixItems === undefined ? {} : { prefixItems: followList(prefixItems, `${path}/prefixItems`, names) }),
    ...(minItems === undefined ? {} : { minItems }),
    ...(maxItems === undefined ? {} : { maxItems }),
  };
}

function followScalar(schema: Schema, path: string): Schema {
  const { type, format, minLength, maxLength } = schema;
  const types = Array.isArray(type) ? type : [type];
  if (types.length === 0 || types.some((name) => !SCALARS.includes(String(name)))) {
    const expected = `object, array, one or several of ${SCALARS.join(', ')}; or enum, const, anyOf, $ref`;
    throw new Refusal(
      `${path} has the type ${type === undefined ? '(none)' : JSON.stringify(type)}; expected ${expected}`,
    );
  }
  allowOnly(
    schema,
    path,
    type === 'string' ? ['type', 'format', 'minLength', 'maxLength'] : ['type', ...widestBounds(schema)],
  );
  requireOrder(minLength, maxLength, path);
  if (format === undefined)
    return {
      type,
      ...(minLength === undefined ? {} : { minLength }),
      ...(maxLength === undefined ? {} : { maxLength }),
    };
  if (FORMATS.some((name) => name === format) && minLength === undefined && maxLength === undefined)
    return { type, format };
  throw new Refusal(
    `${path}/format is ${JSON.stringify(format)}; expected one of ${FORMATS.join(', ')}, without a length`,
  );
}

/** Writers of schemas give an integer the bounds of exact integers, which an answer comes near by its length alone. */
function widestBounds({ minimum, maximum }: Schema): string[] {
  return [
    ...(Number(minimum) <= Number.MIN_SAFE_INTEGER ? ['minimum'] : []),
    ...(Number(maximum) >= Number.MAX_SAFE_INTEGER ? ['maximum'] : []),
  ];
}

function followOrAny(value: unknown, path: string, names: readonly string[]): Schema | true {
  return Object.keys(record(value, path)).length === 0 ? true : follow(value, path, names);
}

function followEach(schemas: Schema, path: string, names: readonly string[]): Schema {
  return Object.fromEntries(
    Object.entries(schemas).map(([key, schema]) => [key, follow(schema, `${path}/${key}`, names)]),
  );
}

function followList(value: unknown, path: string, names: readonly string[]): Schema[] {
  return list(value, path).map((schema, index) => follow(schema, `${path}/${index}`, names));
}

function requireOrder(least: unknown, most: unknown, path: string): void {
  if (Number(least ?? 0) <= Number(most ?? Infinity)) return;
  throw new Refusal(`${path} asks for ${JSON.stringify(least)} at least and ${JSON.stringify(most)} at most`);
}

function allowOnly(schema: Schema, path: string, keywords: readonly string[]): void {
  const others = Object.keys(schema).filter((key) => !keywords.includes(key) && !NOTES.includes(key));
  if (others.length === 0) return;
  throw new Refusal(
    `${path} uses ${others.join(', ')}, which the model cannot be held to; expected only ${keywords.join(', ')}`,
  );
}

function record(value: unknown, path: string): Schema {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Schema;
  throw new Refusal(`${path} is ${JSON.stringify(value)}; expected an object`);
}

function list(value: unknown, path: string): unknown[] {
  if (Array.isArray(value) && (value.length > 0 || path.endsWith('/required'))) return value as unknown[];
  throw new Refusal(`${path} is ${JSON.stringify(value)}; expected a list with something in it`);
}
