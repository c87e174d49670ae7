// Features of a premise and a hypothesis from the mean vectors of both: u, v, |u - v| and u * v, as sentence encoders are
// probed with (Conneau et al. 2017).

import { meanVector, unitVector } from './word-vectors.ts';
import type { WordVectors } from './word-vectors.ts';

export interface TextPair {
  readonly premise: string;
  readonly hypothesis: string;
}

/** Four times as many numbers as the vectors have. */
export function pairFeatures(vectors: WordVectors, { premise, hypothesis }: TextPair): Float64Array {
  const u = unitVector(meanVector(vectors, premise));
  const v = unitVector(meanVector(vectors, hypothesis));
  const size = vectors.dimension;
  const features = new Float64Array(4 * size);
  for (let place = 0; place < size; place++) {
    const [left, right] = [u[place]!, v[place]!];
    features[place] = left;
    features[size + place] = right;
    features[2 * size + place] = Math.abs(left - right);
    features[3 * size + place] = left * right;
  }
  return features;
}
