// Pairs of real reference answers that stand next to each other in order of their texts, for math_grader_verdicts.py: nobody
// made them for a grader, and most are near each other without being equal. Answers that we hold equal are all in.
//
//     node --import tsx scripts/golden/math-grader-neighbours.ts MATH_FOLDER PAIRS.jsonl

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finalAnswer } from '../../tasks/math/grading/extract.ts';
import { compareAnswers } from '../../tasks/math/grading/grader.ts';

const NEIGHBOURS = 24;

const [folder = '', target = ''] = process.argv.slice(2);
const answers = [...new Set(allAnswers())].filter((answer) => answer.trim() !== '').sort();
const pairs: object[] = [];
for (const [at, answer] of answers.entries()) {
  for (const [distance, written] of answers.slice(at + 1, at + 1 + NEIGHBOURS).entries()) {
    const equal = compareAnswers(answer, written, 'strict').startsWith('equal');
    if (!equal && distance > 0) continue;
    const response = `The answer is $\\boxed{${written}}$.`;
    pairs.push({ id: pairs.length, kind: 'neighbour', change: 'next', label: null, answer, written, response });
  }
}
writeFileSync(target, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''));
process.stdout.write(`${answers.length} answers, ${pairs.length} pairs\n`);

function allAnswers(): readonly string[] {
  const solved = ['math-test.jsonl', 'minerva-math.jsonl'].flatMap((name) =>
    rowsOf(name).map(({ solution }) => finalAnswer(String(solution)) ?? ''),
  );
  const stated = ['math-train-answers.jsonl', 'math500.jsonl'].flatMap((name) =>
    rowsOf(name).map(({ answer }) => String(answer)),
  );
  const olympiad = rowsOf('olympiadbench.jsonl').flatMap(({ final_answer: final }) => (final ?? []) as string[]);
  return [...solved, ...stated, ...olympiad.map((answer) => answer.replace(/^\$|\$$/g, ''))];
}

function rowsOf(name: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = readFileSync(join(folder, name), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
}
