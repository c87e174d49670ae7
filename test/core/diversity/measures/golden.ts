// The golden values of scripts/golden/measures.py, and sets made of them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { RowMatrix } from '../../../../core/diversity/row-matrix.ts';
import type { TextSet } from '../../../../core/diversity/measures/text-set.ts';
import { readTexts } from '../../../../core/diversity/measures/text-set.ts';
import type { NovelSumSettings } from '../../../../core/diversity/measures/novel-sum.ts';
import { unitRows } from '../unit-rows.ts';

interface GoldenTexts {
  readonly words: readonly (readonly string[])[];
  readonly entropies: readonly number[];
  readonly distinctShares: readonly number[];
  readonly distinct: number;
  readonly selfBleu: number;
  readonly selfRepetition: number;
  readonly ngramVendi: number;
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly publishedCompressionRatio: number;
}

interface GoldenVectors {
  readonly name: string;
  readonly count: number;
  readonly dimension: number;
  readonly whole: readonly number[];
  readonly labels: readonly string[];
  readonly vendi: number;
  readonly labelCentred: { readonly value: number; readonly rows: number };
  readonly dcScores: Readonly<Record<string, number>>;
  readonly novelSums: readonly (Required<NovelSumSettings> & { readonly value: number })[];
  readonly logDetDistances: Readonly<Record<string, number>>;
}

const golden = JSON.parse(
  readFileSync(new URL('../../../golden/diversity/measures.json', import.meta.url), 'utf8'),
) as {
  readonly samples: readonly { readonly prompt: string; readonly completion: string }[];
  readonly texts: GoldenTexts;
  readonly vectors: readonly GoldenVectors[];
};

export const goldenSamples = golden.samples;
export const goldenTexts = golden.texts;
export const goldenVectors = golden.vectors;

/** The unit rows of a golden case: whole numbers, scaled and rounded to float32 as the script does. */
export function rowsOf({ whole, count, dimension }: GoldenVectors): RowMatrix {
  return unitRows(Array.from({ length: count }, (_, row) => whole.slice(row * dimension, (row + 1) * dimension)));
}

/** Texts given as completions. */
export function textsOf(...completions: readonly string[]): TextSet {
  return readTexts(completions.map((completion) => ({ prompt: '', completion })));
}

export function assertNear(found: number, expected: number, tolerance = 1e-9): void {
  assert.ok(Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${found} against ${expected}`);
}
