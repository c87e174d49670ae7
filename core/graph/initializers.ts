// The constants of a graph under construction: weights by their names, numbers by their values, each once.
import { FailureType, PermanentError } from '../../contracts/failures.ts';
import type { ExternalData, Initializer, Value } from './graph.ts';
import { describeShape } from './graph.ts';

/** The numbers scale * data; the data are made when they are first needed. */
export interface ScaledBytes {
  readonly data: () => Int8Array;
  readonly scale: number;
}

export class Initializers {
  private readonly byName = new Map<string, Initializer>();
  private readonly constants = new Map<string, Value>();

  /** @throws {PermanentError} `UnsupportedModel` when the data do not fill the shape */
  weight(name: string, shape: readonly number[], data: Float32Array | ExternalData): Value {
    const known = this.byName.get(name);
    if (known) return known.value;
    const size = shape.reduce((product, side) => product * side, 1);
    const bytes = data instanceof Float32Array ? data.byteLength : data.length;
    if (bytes !== size * 4) {
      const found = `${describeShape(shape)} needs ${size * 4} bytes, found ${bytes}`;
      throw new PermanentError(FailureType.UnsupportedModel, `initializer "${name}": ${found}`);
    }
    return this.add({ name, type: 'float32', shape }, data);
  }

  /** An int8 initializer; asking again for a name gives the same value and does not make the data again. */
  bytes(name: string, shape: readonly number[], data: () => Int8Array): Value {
    return this.byName.get(name)?.value ?? this.add({ name, type: 'int8', shape }, data());
  }

  integers(values: readonly number[]): Value {
    return this.constant(`int64:${values.join(',')}`, (name) => ({
      value: { name, type: 'int64', shape: [values.length] },
      data: BigInt64Array.from(values, BigInt),
    }));
  }

  /** The numbers of a value that `integers` made; null for any other. */
  integersOf(value: Value): number[] | null {
    const data = this.byName.get(value.name)?.data;
    return data instanceof BigInt64Array ? Array.from(data, Number) : null;
  }

  scalar(number: number): Value {
    return this.constant(`float32:${number}`, (name) => ({
      value: { name, type: 'float32', shape: [] },
      data: Float32Array.of(number),
    }));
  }

  /** Those whose values are named in `needed`. */
  among(needed: ReadonlySet<string>): Initializer[] {
    return [...this.byName.values()].filter(({ value }) => needed.has(value.name));
  }

  private constant(key: string, make: (name: string) => Initializer): Value {
    const known = this.constants.get(key);
    if (known) return known;
    const { value, data } = make(`constant_${this.constants.size}`);
    this.constants.set(key, value);
    return this.add(value, data);
  }

  private add(value: Value, data: Initializer['data']): Value {
    this.byName.set(value.name, { value, data });
    return value;
  }
}
