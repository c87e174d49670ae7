import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readJsonSchema } from '../../../adapters/llm/embedded-grammar.ts';

const object = (properties: object, more: object = {}): object => ({ type: 'object', properties, ...more });

describe('the part of JSON schema that the embedded model keeps to', () => {
  const kept: [string, object, object][] = [
    ['leaves notes out', { type: 'string', title: 'A', description: 'b' }, { type: 'string' }],
    ['takes several types of scalars', { type: ['string', 'null'] }, { type: ['string', 'null'] }],
    ['reads anyOf as oneOf', { anyOf: [{ const: 1 }, { enum: ['a'] }] }, { oneOf: [{ enum: [1] }, { enum: ['a'] }] }],
    [
      'takes an object as it is, required or not',
      object({ a: { type: 'integer' } }, { required: ['a'], additionalProperties: false }),
      object({ a: { type: 'integer' } }),
    ],
    [
      'takes any further property where the schema says so',
      object({}, { additionalProperties: {} }),
      object({}, { additionalProperties: true }),
    ],
    [
      'takes bounds that are no bounds',
      { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
      { type: 'integer' },
    ],
    [
      'follows references into $defs, and those within them',
      {
        ...object({ a: { $ref: '#/$defs/tree' } }),
        $defs: { tree: { type: 'array', items: { $ref: '#/$defs/tree' } } },
      },
      {
        ...object({ a: { $ref: '#/$defs/tree' } }),
        $defs: { tree: { type: 'array', items: { $ref: '#/$defs/tree' } } },
      },
    ],
  ];
  for (const [title, schema, expected] of kept) {
    it(title, () => assert.deepEqual(readJsonSchema(schema), { ok: true, schema: expected }));
  }

  const refused: [string, object, RegExp][] = [
    ['a keyword it cannot keep', object({ a: { type: 'number', minimum: 0 } }), /^#\/properties\/a uses minimum/],
    ['alternatives beside a type', { type: 'object', anyOf: [{ type: 'null' }] }, /^# uses type/],
    ['no type', object({ a: {} }), /^#\/properties\/a has the type \(none\)/],
    ['a list of types with an object', { type: ['object', 'null'] }, /^# has the type \["object","null"\]/],
    ['a required property that is not described', object({}, { required: ['a'] }), /required names "a"/],
    ['a reference to nowhere', { $ref: '#/definitions/a' }, /"#\/definitions\/a"; expected #\/\$defs/],
    ['an unknown format', { type: 'string', format: 'email' }, /"email"; expected one of date-time/],
    ['an object as a constant', { const: {} }, /constant/],
    ['a least number above the most', { type: 'array', minItems: 3, maxItems: 2 }, /3 at least and 2 at most/],
    ['a schema that is no object', object({ a: true }), /^#\/properties\/a is true/],
    ['no alternative', { anyOf: [] }, /^#\/anyOf is \[\]/],
  ];
  for (const [title, schema, problem] of refused) {
    it(`refuses ${title}`, () => {
      const reading = readJsonSchema(schema);
      assert.ok(!reading.ok);
      assert.match(reading.problem, problem);
    });
  }
});
