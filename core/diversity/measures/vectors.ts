// The measures that are one call away: G-Vendi of sketches, the Vendi score of embeddings, the mean loss of the proxy.
import { gVendi } from '../vendi.ts';
import { defineMeasure } from './measure.ts';

export const gVendiMeasure = defineMeasure({
  name: 'g-vendi',
  describes: 'Effective number of gradient directions (Jung et al. 2025); larger is more diverse.',
  moreDiverse: 'larger',
  needs: ['sketches'],
  measure: ({ sketches }) => gVendi(sketches).value,
});

export const embeddingVendiMeasure = defineMeasure({
  name: 'embedding-vendi',
  describes: 'Effective number of embedding directions (Friedman & Dieng 2022); larger is more diverse.',
  moreDiverse: 'larger',
  needs: ['embeddings'],
  measure: ({ embeddings }) => gVendi(embeddings).value,
});

export const meanLossMeasure = defineMeasure({
  name: 'mean-proxy-loss',
  describes: 'Mean loss of the completions under the proxy, nats a token; says how hard the set is, not how diverse.',
  moreDiverse: 'none',
  needs: ['losses'],
  measure: ({ losses }) => Array.from(losses).reduce((a, b) => a + b, 0) / losses.length,
});
