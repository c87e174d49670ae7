// Reads the problems and solutions that language models write for the task math: fenced, headed, numbered, or as JSON.

import { fieldOfItem, jsonItems, UnreadableItem } from '../json-items.ts';
import type { ReadResult } from '../task.ts';
import { finalAnswer } from './grading/extract.ts';
import { clip, readMathRecord, rejected } from './record.ts';

interface Piece {
  problem: string | null;
  solution: string | null;
}

/**
 * Every problem in the answer, as a sample or a named reject. A problem whose solution states no final answer has an
 * empty completion and answer: its attempts will fill them. A piece runs from one heading to the next, so a missing
 * fence costs nothing and a rule of hyphens inside a problem or its solution does not cut it.
 */
export function parseProblems(text: string): readonly ReadResult[] {
  const pieces = piecesOfJson(text) ?? firstFound(text, [headedPieces, fencedPieces, numberedPieces]);
  if (pieces.length === 0) return [rejected('no-problem', text.trim() === '' ? 'the answer is empty' : clip(text))];
  return pieces.map(({ problem, solution }) => {
    if (problem === null || problem === '') return rejected('missing-question', clip(solution ?? ''));
    if (isMultipleChoice(problem)) return rejected('multiple-choice', clip(problem));
    if (/^\.{3}$|^…$/.test(problem)) return rejected('missing-question', 'the form was repeated, not filled in');
    if (solution !== null && finalAnswer(solution) !== null) return readMathRecord({ question: problem, solution });
    return { ok: true, body: { prompt: problem, completion: '', answer: '', group: 'all' } };
  });
}

function firstFound(text: string, readers: readonly ((text: string) => readonly Piece[])[]): readonly Piece[] {
  for (const read of readers) {
    const pieces = read(text);
    if (pieces.length > 0) return pieces;
  }
  return [];
}

function piecesOfJson(text: string): readonly Piece[] | null {
  if (/\[\[\s*(?:problem|question)/i.test(text)) return null;
  const items = jsonItems(text, ['problem', 'question']);
  if (items === null) return null;
  const pieces = items.map((item): Piece => {
    if (item instanceof UnreadableItem) return { problem: null, solution: item.text };
    const problem = typeof item === 'string' ? item : fieldOfItem(item, ['problem', 'question']);
    return { problem: problem?.trim() ?? null, solution: fieldOfItem(item, ['solution', 'answer'])?.trim() ?? null };
  });
  return pieces.some(({ problem }) => problem !== null) ? pieces : null;
}

/** None where no heading is that of a problem: the problems may be numbered. */
function headedPieces(text: string): readonly Piece[] {
  const found = sections(text);
  if (!found.some(({ name }) => name === 'problem')) return [];
  const pieces: Piece[] = [];
  for (const { name, content } of found) {
    const last = pieces.at(-1);
    if (name === 'problem') pieces.push({ problem: content, solution: null });
    else if (last?.solution === null) last.solution = content;
    else if (last !== undefined && name === 'answer') last.solution += `\n${content}`;
    else pieces.push({ problem: null, solution: content });
  }
  return pieces;
}

/** `[[Problem]]`, `**Problem 1:**`, `Answer:` before its text, or a numbered `Problem 2` alone on its line. */
const heading =
  /^[ \t>#*_\d.]*(?:\[\[\s*(problem|question|solution|answer)\s*\d*\s*\]\]|(problem|question|solution|(?:final )?answer)\s*\d*\s*[*_]*:|(problem|question|solution|answer)\s*\d+[ \t]*[*_]*[ \t]*(?=\n))[*_:]*[ \t]*/gim;

interface Section {
  readonly name: 'problem' | 'solution' | 'answer';
  readonly content: string;
}

function sections(text: string): readonly Section[] {
  const marks = [...text.matchAll(heading)];
  let fence: string | null = null;
  return marks.map((mark, index) => {
    const next = marks[index + 1];
    const name = sectionName(mark);
    if (name === 'problem') fence = fenceAtEnd(text.slice(0, mark.index));
    const section = text.slice(mark.index + mark[0].length, next?.index ?? text.length);
    const own = next !== undefined && sectionName(next) === 'problem' ? withoutLastFence(section) : section;
    return { name, content: withoutFences(fence === null ? own : closedBy(fence, own)) };
  });
}

function sectionName(mark: RegExpExecArray): Section['name'] {
  const word = (mark[1] ?? mark[2] ?? mark[3] ?? '').toLowerCase();
  if (word === 'problem' || word === 'question') return 'problem';
  return word === 'solution' ? word : 'answer';
}

/** The sign that the last line is made of, where that is a fence. */
function fenceAtEnd(text: string): string | null {
  return lastFence.exec(text)?.[1] ?? null;
}

/** What opens the next piece closes none. */
function withoutLastFence(section: string): string {
  return section.replace(lastFence, '');
}

const lastFence = /(?<=^|\n)[ \t]*(?=([-`]))(?:-{3,}|`{3,}\w*)\s*$/;

/** Up to the last fence of the kind that opened the piece: a remark stands behind it. */
function closedBy(fence: string, section: string): string {
  const lines = section.split('\n');
  const last = lines.findLastIndex((line) => fenceAtEnd(line) === fence);
  return last < 0 ? section : lines.slice(0, last).join('\n');
}

/** Fences are lines of hyphens at the ends of a section; what follows a closing one behind the answer is a remark. */
function withoutFences(section: string): string {
  const fence = /^[ \t]*(?:-{3,}|`{3,}\w*)[ \t]*$/m;
  const boxed = section.search(/\\boxed|####/);
  const after = boxed < 0 ? -1 : section.slice(boxed).search(fence);
  const kept = after < 0 ? section : section.slice(0, boxed + after);
  return kept
    .replace(/^(?:\s*(?:-{3,}|`{3,}\w*)[ \t]*(?=\n|$))+|(?:(?:^|\n)[ \t]*(?:-{3,}|`{3,}\w*)\s*)+$/g, '')
    .trim();
}

/** Between lines of hyphens, where no piece has a heading. */
function fencedPieces(text: string): readonly Piece[] {
  const cut = text.split(/^[ \t]*-{3,}[ \t]*$/m);
  if (cut.length < 3) return [];
  return cut.slice(1, -1).flatMap((piece) => (piece.trim() === '' ? [] : [pieceOf(piece)]));
}

/** `1. ...` at the margin, counted from 1 without a gap: a list, and no sentence that starts with a number. */
function numberedPieces(text: string): readonly Piece[] {
  const marks = [...text.matchAll(/^[ \t]*(?:\*\*)?(\d{1,2})[.)](?:\*\*)?[ \t]+/gm)];
  const inOrder = marks.filter((mark, index) => Number(mark[1]) === index + 1);
  if (inOrder.length === 0 || inOrder.length !== marks.length) return [];
  return marks.map((mark, index) => {
    const content = text.slice(mark.index + mark[0].length, marks[index + 1]?.index ?? text.length);
    return pieceOf(content);
  });
}

/** A problem without a heading of its own, and the solution or answer under one. */
function pieceOf(text: string): Piece {
  const [first] = text.matchAll(heading);
  const solution = sections(text)
    .map(({ content }) => content)
    .join('\n');
  return { problem: text.slice(0, first?.index).trim(), solution: first === undefined ? null : solution };
}

function isMultipleChoice(problem: string): boolean {
  return /(?:^|[\s(])\(?A[).:]\s.*(?:^|[\s(])\(?B[).:]\s.*(?:^|[\s(])\(?C[).:]\s/s.test(problem);
}
