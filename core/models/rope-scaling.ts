// Scaled rotary frequencies: every published scheme that does not depend on the sequence's length comes down to one divisor
// for each frequency, which is also the form that GGUF files store.
import type { Fields } from './config-fields.ts';
import { positive, refused } from './config-fields.ts';

/** The rotary embedding's fields, whichever of their two places in config.json they stand in. */
export function ropeParameters(fields: Fields): Fields {
  return { ...((fields['rope_scaling'] ?? {}) as Fields), ...((fields['rope_parameters'] ?? {}) as Fields) };
}

interface Rotation {
  readonly headSize: number;
  readonly theta: number;
}

type Scheme = (parameters: Fields, rotation: Rotation, source: string) => number[] | null;

const schemes: Readonly<Record<string, Scheme>> = {
  default: () => null,
  linear: (parameters, { headSize }, source) =>
    new Array<number>(headSize / 2).fill(positive(parameters, 'factor', source)),
  llama3: llama3Divisors,
  longrope: fixedDivisors,
};

/**
 * What each of the headSize / 2 rotary frequencies is divided by, fastest first; null where nothing is scaled.
 * @param source - where the config came from, for messages
 * @throws {PermanentError} `UnsupportedModel` naming the scheme and the supported ones
 */
export function ropeDivisors(fields: Fields, rotation: Rotation, source: string): number[] | null {
  const parameters = ropeParameters(fields);
  const kind = parameters['rope_type'] ?? parameters['type'] ?? 'default';
  const scheme = typeof kind === 'string' && Object.hasOwn(schemes, kind) ? schemes[kind] : undefined;
  if (scheme !== undefined) return scheme(parameters, rotation, source);
  const supported = Object.keys(schemes).join(', ');
  throw refused(source, `rope scaling ${JSON.stringify(kind)} is not supported; supported: ${supported}`);
}

/**
 * Llama 3: waves longer than the original context / `low_freq_factor` are stretched by `factor`, those shorter than it /
 * `high_freq_factor` are left alone, and between the two the frequency goes linearly from one to the other
 * (transformers, `_compute_llama3_parameters`).
 */
function llama3Divisors(parameters: Fields, { headSize, theta }: Rotation, source: string): number[] {
  const factor = positive(parameters, 'factor', source);
  const low = positive(parameters, 'low_freq_factor', source);
  const high = positive(parameters, 'high_freq_factor', source);
  const original = positive(parameters, 'original_max_position_embeddings', source);
  if (high <= low) throw refused(source, `high_freq_factor ${high} must be above low_freq_factor ${low}`);
  return Array.from({ length: headSize / 2 }, (_, pair) => {
    const waveLength = 2 * Math.PI * theta ** (pair / (headSize / 2));
    if (waveLength < original / high) return 1;
    if (waveLength > original / low) return factor;
    const kept = (original / waveLength - low) / (high - low);
    return 1 / ((1 - kept) / factor + kept);
  });
}

/** LongRoPE with one list for all lengths: the form in which a GGUF file's own divisors stand in a prepared config.json. */
function fixedDivisors(parameters: Fields, { headSize }: Rotation, source: string): number[] {
  const { short_factor: short, long_factor: long, attention_factor: attention } = parameters;
  const divisors = Array.isArray(short) ? (short as unknown[]) : [];
  if (attention !== 1 || JSON.stringify(short) !== JSON.stringify(long)) {
    throw refused(source, 'longrope is supported with equal short_factor and long_factor and attention_factor 1 only');
  }
  if (divisors.length === headSize / 2 && divisors.every((value) => typeof value === 'number' && value > 0)) {
    return divisors as number[];
  }
  throw refused(source, `longrope needs ${headSize / 2} factors above 0, found ${JSON.stringify(short)}`);
}
