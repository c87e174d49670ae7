// What extracts of the evidence itself score on MedReview, in the cells of its floor table: ROUGE-L x 100 / mean chrF / corpus chrF.
//
//     node --import tsx scripts/golden/medreview-floors.ts val_v2.json test_before_cutoff_v2.json test_after_cutoff_v2.json

import { readFileSync } from 'node:fs';
import { addChrf, chrfScore, chrfStatistics } from '../../core/text/chrf.ts';
import { rougeL } from '../../core/text/rouge.ts';

interface Review {
  readonly abstract: string;
  readonly conclusion: string;
}

const extracts: Readonly<Record<string, (objectives: string, results: readonly string[]) => readonly string[]>> = {
  'first 3 sentences of results': (_, results) => results.slice(0, 3),
  'last 3 sentences of results': (_, results) => results.slice(-3),
  'objectives + last 2 sentences of results': (objectives, results) => [objectives, ...results.slice(-2)],
};

for (const file of process.argv.slice(2)) {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Review);
  for (const [name, extract] of Object.entries(extracts)) {
    console.log(file.split('/').at(-1), `${rows.length} rows`, name, cell(rows, extract));
  }
}

function cell(rows: readonly Review[], extract: (typeof extracts)[string]): string {
  const pairs = rows.map(({ abstract, conclusion }) => {
    const [before = '', after = ''] = abstract.split('Main results:');
    const objectives = before.replace('Objectives:', '').trim();
    return { prediction: extract(objectives, after.trim().split(/(?<=[.!?])\s+/)).join(' '), reference: conclusion };
  });
  const rouge = pairs.map(({ prediction, reference }) => 100 * rougeL(prediction, reference));
  const statistics = pairs.map(({ prediction, reference }) => chrfStatistics(prediction, reference, { wordOrder: 0 }));
  return [mean(rouge), mean(statistics.map(chrfScore)), chrfScore(statistics.reduce(addChrf))]
    .map((value) => value.toFixed(2))
    .join(' / ');
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
