// Rows of every table with the texts that break readers; written to test/golden/parquet by scripts/golden/parquet.ts.

import type { TableKind, TableRows } from '../../../contracts/artifacts.ts';
import type { Lineage } from '../../../contracts/samples.ts';

const lineage: Lineage = {
  origin: 'llm',
  source: 'SmolLM2-135M-Instruct',
  generator: 'writer',
  round: 1,
  fewShots: ['seed-1', 'seed-2'],
  template: 'nli-few-shot/1',
  requestHash: '0'.repeat(64),
  cluster: 7,
};

const texts = [
  'plain',
  '',
  'two\nlines\r\nand a tab\t',
  'line\u2028and paragraph\u2029separators',
  'zażółć, 日本語, عربى',
  'e\u0301 is not é',
  '\u{1F600}\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
  '\uFEFFbegins with a byte-order mark',
  '"quoted", \\escaped\\ and {"json": [1, 2]}',
  'long '.repeat(400),
];

/** Twenty rows: more than sixteen booleans, which the writer would otherwise pack in a way that parquetjs cannot read. */
const rowsOf = <Row>(row: (text: string, index: number) => Row): Row[] =>
  Array.from({ length: 20 }, (_, index) => row(texts[index % texts.length] ?? '', index));

export const goldenRows: { readonly [Kind in TableKind]: readonly TableRows[Kind][] } = {
  samples: rowsOf((text, index) => ({
    id: `sample-${index}`,
    task: index % 2 === 0 ? 'nli' : 'math',
    prompt: text,
    completion: text,
    answer: 'entailment',
    group: 'monotonicity',
    lineage,
  })),
  drafts: rowsOf((text, index) => ({ id: `draft-${index}`, content: text, form: 'text', lineage })),
  attempts: rowsOf((text, index) => ({
    id: `draft-${index}`,
    responses: [text, 'second'],
    requestHashes: [`${index}`.padStart(64, '0'), 'b'.repeat(64)],
  })),
  pairs: rowsOf((text, index) => ({
    id: `draft-${index}`,
    benchmark: 'gsm8k',
    rowId: `row-${index}`,
    similarity: index / 20,
    text,
    benchmarkText: `${text}?`,
  })),
  ledger: rowsOf((_text, index) => ({
    requestHash: `${index}`.padStart(64, '0'),
    stage: 'generate',
    generator: 'writer',
    model: 'tiny',
    promptTokens: 100 + index,
    cachedTokens: index,
    completionTokens: 10,
    failedTries: index % 2,
    failedPromptTokens: 7 * (index % 2),
    failedCompletionTokens: 0,
    estimated: index % 3 === 0,
    priceVersion: '2026-11',
    cost: index === 0 ? null : index / 1000,
  })),
  rejects: rowsOf((text, index) => ({
    id: `draft-${index}`,
    generator: 'writer',
    stage: 'parse',
    reason: 'no-label',
    detail: text,
    item: JSON.stringify({ text }),
  })),
  sketches: rowsOf((text, index) => ({
    id: `${text.slice(0, 20)}-${index}`,
    loss: index === 0 ? 0 : 1 / index,
    tokens: index,
    sketch: Float32Array.of(index / 3, -(index + 1) / 7, 1.5, 2 ** -126),
  })),
  predictions: rowsOf((text, index) => ({
    id: `row-${index}`,
    group: 'lexical',
    expected: 'neutral',
    responses: [text, ''],
    stated: [text, ''],
    correct: [index % 3 === 0, false],
    scores: { 'rouge-l': index / 7 },
  })),
  embeddings: rowsOf((text, index) => ({ id: text, embedding: Float32Array.of(index / 9, -1) })),
  draws: rowsOf((text, index) => ({ recipe: text, mechanism: 'balls', draw: index, rows: [index, 0, 7] })),
  trials: rowsOf((text, index) => ({
    id: `${text}/${index}/ridge`,
    recipe: text,
    mechanism: 'balls',
    draw: index,
    student: 'ridge',
    distinct: 7,
    measures: { 'g-vendi:text': index / 3 },
    shares: { mnli: 0.25, snli: 0.75 },
    scores: { far: { score: index / 20, error: 0.01, n: 40, chance: 0.5 } },
  })),
};
