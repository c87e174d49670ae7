// Grades the pairs of math_grader_pairs.py or math-grader-neighbours.ts and says how often the grader agrees with their labels, with Math-Verify and
// with SymPy; every disagreement goes into a file.
//
//     node --import tsx scripts/golden/math-grader-parity.ts PAIRS.jsonl VERDICTS.jsonl DISAGREEMENTS.jsonl

import { readFileSync, writeFileSync } from 'node:fs';
import { gradeResponse, graderVersion, profiles } from '../../tasks/math/grading/grader.ts';
import type { Profile } from '../../tasks/math/grading/grader.ts';

interface Pair {
  readonly id: number;
  readonly kind: string;
  readonly change: string;
  /** Null for pairs that nobody labelled. */
  readonly label: boolean | null;
  readonly answer: string;
  readonly written: string;
  readonly response: string;
}

interface Verdict {
  readonly id: number;
  readonly mathVerify: boolean;
  readonly sympy: boolean | null;
  readonly sympyBare: boolean | null;
}

const [pairsFile = '', verdictsFile = '', disagreementsFile = ''] = process.argv.slice(2);
const pairs = readLines<Pair>(pairsFile);
const verdicts = new Map(readLines<Verdict>(verdictsFile).map((verdict) => [verdict.id, verdict]));

const disagreements: object[] = [];
process.stdout.write(`${graderVersion}, ${pairs.length} pairs\n`);
for (const profile of profiles) process.stdout.write(`${profile}\n${report(profile).join('\n')}\n`);
writeFileSync(disagreementsFile, disagreements.map((one) => `${JSON.stringify(one)}\n`).join(''));

function report(profile: Profile): readonly string[] {
  let slowest = 0;
  const started = performance.now();
  const graded = pairs.map((pair) => {
    const before = performance.now();
    const grade = gradeResponse(pair.response, pair.answer, profile);
    slowest = Math.max(slowest, performance.now() - before);
    const { mathVerify = null, sympy = null, sympyBare = null } = verdicts.get(pair.id) ?? {};
    return { pair, grade, others: { label: pair.label, mathVerify, sympy, sympyBare } };
  });
  const seconds = (performance.now() - started) / 1000;
  const lines = [`  ${seconds.toFixed(2)} s, slowest pair ${slowest.toFixed(1)} ms`];
  for (const other of ['label', 'mathVerify', 'sympy', 'sympyBare'] as const) {
    const judged = graded.filter(({ others }) => others[other] !== null);
    if (judged.length === 0) continue;
    const apart = judged.filter(({ grade, others }) => grade.correct !== others[other]);
    lines.push(
      `  ${other}: ${judged.length - apart.length} of ${judged.length} (${share(judged.length - apart.length, judged.length)})`,
    );
    const kinds = new Map<string, number>();
    for (const { pair, grade } of apart) {
      const name = `${pair.kind}, ${pair.change}: ours ${grade.correct}`;
      kinds.set(name, (kinds.get(name) ?? 0) + 1);
    }
    for (const [name, count] of [...kinds].sort((a, b) => b[1] - a[1])) lines.push(`    ${count} ${name}`);
  }
  for (const { pair, grade, others } of graded) {
    const { sympyBare: _, ...judges } = others;
    if (Object.values(judges).every((verdict) => verdict === null || verdict === grade.correct)) continue;
    const { id, kind, change, answer, written } = pair;
    disagreements.push({
      profile,
      id,
      kind,
      change,
      answer,
      written,
      ours: grade.correct,
      reason: grade.reason,
      ...others,
    });
  }
  return lines;
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(2)} %`;
}

function readLines<Row>(file: string): readonly Row[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}
