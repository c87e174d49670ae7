// Typed reading of a GGUF file's key-value header, with one clear error for a missing or odd value.

import { FailureType, PermanentError } from '../../contracts/failures.ts';

/** The header of one file; keys given without a prefix are under the architecture's own name. */
export class GgufMetadata {
  readonly path: string;
  readonly architecture: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(path: string, values: Readonly<Record<string, unknown>>) {
    this.path = path;
    this.#values = values;
    this.architecture = this.text('general.architecture');
  }

  has(key: string): boolean {
    return this.#value(key) !== undefined;
  }

  /** The number at `key`; float32 values come as the shortest decimal that rounds to them (1e-5, not 0.0000099…97). */
  number(key: string, absent?: number): number {
    const value = this.#value(key) ?? absent;
    if (typeof value === 'bigint') return Number(value);
    if (typeof value === 'number') return Number.isInteger(value) ? value : shortestFloat32(value);
    throw this.#unexpected(key, 'a number', value);
  }

  text(key: string): string {
    const value = this.#value(key);
    if (typeof value === 'string') return value;
    throw this.#unexpected(key, 'a text', value);
  }

  flag(key: string, absent: boolean): boolean {
    const value = this.#value(key) ?? absent;
    if (typeof value === 'boolean') return value;
    throw this.#unexpected(key, 'true or false', value);
  }

  texts(key: string): string[] {
    const value = this.#value(key);
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw this.#unexpected(key, 'a list of texts', value);
  }

  numbers(key: string): number[] {
    const value = this.#value(key);
    if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value;
    throw this.#unexpected(key, 'a list of numbers', value);
  }

  #value(key: string): unknown {
    return this.#values[key] ?? this.#values[`${this.architecture}.${key}`];
  }

  #unexpected(key: string, expected: string, found: unknown): PermanentError {
    const seen =
      found === undefined
        ? 'nothing'
        : `${Array.isArray(found) ? 'the list' : typeof found} ${JSON.stringify(found).slice(0, 60)}`;
    return new PermanentError(
      FailureType.CorruptModel,
      `${this.path}: the GGUF header has ${seen} at "${key}", expected ${expected}. Was the file converted from a ` +
        'language model with its tokenizer?',
    );
  }
}

function shortestFloat32(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === Math.fround(value)) return candidate;
  }
  return value;
}
