// Plants wrong labels among the rows of GSM8K's training part, so that what a campaign catches of them can be counted. The copy
// keeps name, order and number of the rows: the same `skip` and `count` draw the same problems from it as from the original.
//
//     node --import tsx scripts/experiments/label-noise.ts GSM8K_TRAIN.jsonl FOLDER [SHARE]
//
// writes FOLDER/gsm8k-train.jsonl {id, question, answer, solution}, which says nothing of what is wrong, and
// FOLDER/truth.jsonl {id, kind, question, answer} with kind `none`, or what was done to the row:
// - `answer-only`: another number as the answer, the solution as it was. The row disagrees with itself.
// - `consistent`: another number as the answer, in the last step of the solution and in its final line. Only who solves
//   the problem can tell.
// - `other-row`: answer and solution of another problem.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { itemAt } from '../../core/item-at.ts';
import { uniformAt } from '../../core/random/philox.ts';
import { nearNumber } from './near-number.ts';

interface Row {
  readonly question: string;
  readonly answer: string;
  readonly solution: string;
}

const kinds = ['answer-only', 'consistent', 'other-row'] as const;
const key = 'label-noise';

const [source = '', folder = '', share = '0.1'] = process.argv.slice(2);
const rows = readRows(source);
mkdirSync(folder, { recursive: true });
const planted: object[] = [];
const truth: object[] = [];
const counts: Record<string, number> = { none: 0 };
for (const [index, row] of rows.entries()) {
  const id = `row-${index}`;
  const wrong = uniformAt(`${key}/whether`, index) < Number(share);
  const kind = wrong ? itemAt(kinds, Math.floor(uniformAt(`${key}/kind`, index) * kinds.length)) : 'none';
  planted.push({ id, ...(kind === 'none' ? row : spoiled(kind, row, index)) });
  truth.push({ id, kind, question: row.question, answer: row.answer });
  counts[kind] = (counts[kind] ?? 0) + 1;
}
writeFileSync(join(folder, 'gsm8k-train.jsonl'), linesOf(planted));
writeFileSync(join(folder, 'truth.jsonl'), linesOf(truth));
process.stdout.write(`${rows.length} rows: ${JSON.stringify(counts)}\n`);

function spoiled(kind: (typeof kinds)[number], row: Row, index: number): Row {
  const answer = nearNumber(row.answer, `${key}/number/${index}`);
  switch (kind) {
    case 'answer-only':
      return { ...row, answer };
    case 'consistent':
      return { ...row, answer, solution: withAnswer(row, answer) };
    case 'other-row': {
      const other = otherRow(row, index);
      return { ...row, answer: other.answer, solution: other.solution };
    }
  }
}

/** The final line and, where the last step states the answer, that step. */
function withAnswer({ solution, answer: before }: Row, answer: string): string {
  const steps = solution.split('\n').slice(0, -1);
  const number = new RegExp(`(?<![\\d.,])${before}(?![\\d]|[.,]\\d)`, 'g');
  const last = (steps.pop() ?? '').replace(number, answer);
  return [...steps, last, `#### ${answer}`].join('\n');
}

/** One whose answer is another number, or the row would be right after all. */
function otherRow(row: Row, index: number): Row {
  for (let draw = 0; ; draw++) {
    const other = itemAt(rows, Math.floor(uniformAt(`${key}/other/${index}`, draw) * rows.length));
    if (other.answer !== row.answer) return other;
  }
}

function readRows(path: string): readonly Row[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const { question, answer: solution } = JSON.parse(line) as { question: string; answer: string };
      const answer = solution.slice(solution.lastIndexOf('####') + 4).trim();
      return { question, answer: answer.replaceAll(',', ''), solution };
    });
}

function linesOf(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
