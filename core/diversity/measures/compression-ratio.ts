// Compression ratio (Shaib et al. 2024): how far a compressor shrinks the texts of a set laid end to end.
import { defineMeasure } from './measure.ts';
import type { TextSet } from './text-set.ts';

/**
 * Bytes of the texts joined by blanks in the given order, UTF-8, over bytes after one compression. The Python package
 * `diversity` compresses twice and rounds to three digits; this is its definition without these two.
 */
export function compressionRatio(texts: TextSet, compress: (bytes: Uint8Array) => { readonly length: number }): number {
  const bytes = joinedBytes(texts.raw);
  return bytes.length / compress(bytes).length;
}

export const compressionRatioMeasure = defineMeasure({
  name: 'compression-ratio',
  describes:
    'Bytes before over bytes after compression of all texts; smaller is more diverse, repeats far apart escape it.',
  moreDiverse: 'smaller',
  needs: ['texts', 'compress'],
  measure: ({ texts, compress }) => compressionRatio(texts, compress),
});

// Bytes rather than one joined string: a string of a million samples can pass the longest that JavaScript has.
function joinedBytes(texts: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  const parts = texts.map((text, index) => encoder.encode(index === 0 ? text : ` ${text}`));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
