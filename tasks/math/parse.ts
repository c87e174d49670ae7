// Reads the problems and solutions that language models write for the task math, with or without fences.

import type { ReadResult } from '../task.ts';
import { finalAnswer } from './answer.ts';
import { clip, readMathRecord, rejected } from './record.ts';

interface Piece {
  problem: string | null;
  solution: string | null;
}

/**
 * Every problem in the answer, as a sample or a named reject. A problem whose solution states no final answer has an
 * empty completion and answer: its attempts will fill them. A piece runs from one `[[Problem]]` to the next, so a
 * missing fence costs nothing and a rule of hyphens inside a problem or its solution does not cut it.
 */
export function parseProblems(text: string): readonly ReadResult[] {
  const pieces = piecesOf(text);
  if (pieces.length === 0) return [rejected('no-problem', text.trim() === '' ? 'the answer is empty' : clip(text))];
  return pieces.map(({ problem, solution }) => {
    if (problem === null || problem === '') return rejected('missing-question', clip(solution ?? ''));
    if (isMultipleChoice(problem)) return rejected('multiple-choice', clip(problem));
    if (solution !== null && finalAnswer(solution) !== null) return readMathRecord({ question: problem, solution });
    return { ok: true, body: { prompt: problem, completion: '', answer: '', group: 'all' } };
  });
}

function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const { name, content } of sections(text)) {
    const last = pieces.at(-1);
    if (name === 'problem') pieces.push({ problem: content, solution: null });
    else if (last?.solution === null) last.solution = content;
    else pieces.push({ problem: null, solution: content });
  }
  return pieces;
}

const heading =
  /^[ \t>#*_\d.]*(?:\[\[\s*(problem|question|solution|answer)\s*\d*\s*\]\]|(problem|question|solution)\s*\d*\s*[*_]*:)[*_:]*[ \t]*/gim;

function sections(text: string): readonly { name: 'problem' | 'solution'; content: string }[] {
  const marks = [...text.matchAll(heading)];
  return marks.map((mark, index) => {
    const word = (mark[1] ?? mark[2] ?? '').toLowerCase();
    const start = mark.index + mark[0].length;
    return {
      name: word === 'problem' || word === 'question' ? 'problem' : 'solution',
      content: withoutFences(text.slice(start, marks[index + 1]?.index ?? text.length)),
    };
  });
}

/** Fences are lines of hyphens at the ends of a section; what follows a closing one is a remark. */
function withoutFences(section: string): string {
  const fence = /^[ \t]*(?:-{3,}|`{3,}\w*)[ \t]*$/m;
  const boxed = section.search(/\\boxed|####/);
  const after = boxed < 0 ? -1 : section.slice(boxed).search(fence);
  const kept = after < 0 ? section : section.slice(0, boxed + after);
  return kept
    .replace(/^(?:\s*(?:-{3,}|`{3,}\w*)[ \t]*(?=\n|$))+|(?:(?:^|\n)[ \t]*(?:-{3,}|`{3,}\w*)\s*)+$/g, '')
    .trim();
}

function isMultipleChoice(problem: string): boolean {
  return /(?:^|[\s(])\(?A[).:]\s.*(?:^|[\s(])\(?B[).:]\s.*(?:^|[\s(])\(?C[).:]\s/s.test(problem);
}
