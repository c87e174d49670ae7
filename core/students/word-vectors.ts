// Static word vectors: a text is a list of tokens, a token always the same vector.

/** Vectors of a vocabulary, row-major, and the tokens of a text. */
export interface WordVectors {
  readonly values: Float32Array;
  readonly dimension: number;
  /** Rows of `values`; empty for an empty text. */
  tokensOf(text: string): readonly number[];
}

/** The mean of a text's token vectors, not scaled; zero for a text without tokens. */
export function meanVector({ values, dimension, tokensOf }: WordVectors, text: string): Float64Array {
  const tokens = tokensOf(text);
  const mean = new Float64Array(dimension);
  for (const token of tokens) {
    for (let place = 0; place < dimension; place++) mean[place]! += values[token * dimension + place]!;
  }
  return tokens.length === 0 ? mean : mean.map((sum) => sum / tokens.length);
}

/** Scaled to unit length; zero stays zero. */
export function unitVector(vector: Float64Array): Float64Array {
  const norm = vectorNorm(vector);
  return norm === 0 ? vector : vector.map((value) => value / norm);
}

export function vectorNorm(vector: Float64Array): number {
  return Math.sqrt(dotProduct(vector, vector));
}

export function dotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let place = 0; place < a.length; place++) sum += a[place]! * b[place]!;
  return sum;
}
