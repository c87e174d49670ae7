// Reads the pairs of evidence and conclusion that language models write: fenced or not, or as JSON.

import { fieldOfItem, jsonItems } from '../json-items.ts';
import type { ReadResult } from '../task.ts';
import { clip, readSummarizationRecord, rejected } from './record.ts';

interface Piece {
  evidence?: string;
  conclusion?: string;
}

/**
 * Every pair in the answer, as a sample or a named reject, in the order written. An answer without any is one reject. A second
 * `Evidence:` starts the next pair, so a missing fence costs nothing.
 */
export function parsePairs(text: string): readonly ReadResult[] {
  const pieces = piecesOfJson(text) ?? piecesOfText(text);
  if (pieces.length === 0) return [rejected('no-pair', text.trim() === '' ? 'the answer is empty' : clip(text))];
  return pieces.map((piece) => {
    if ([piece.evidence, piece.conclusion].some((part) => part !== undefined && /^(?:\.{3}|…)$/.test(part)))
      return rejected('missing-evidence', 'the form was repeated, not filled in');
    return readSummarizationRecord({ ...piece });
  });
}

function piecesOfJson(text: string): readonly Piece[] | null {
  const items = jsonItems(text, [...evidenceKeys, ...conclusionKeys]);
  const pieces = items?.map((item): Piece => {
    const evidence = fieldOfItem(item, evidenceKeys);
    const conclusion = fieldOfItem(item, conclusionKeys);
    return { ...(evidence === undefined ? {} : { evidence }), ...(conclusion === undefined ? {} : { conclusion }) };
  });
  return pieces?.some((piece) => Object.keys(piece).length > 0) === true ? pieces : null;
}

const evidenceKeys = ['evidence', 'abstract', 'results'];
const conclusionKeys = ['conclusion', 'conclusions', 'summary'];

const heading = /^[ \t>#*_\d.)]*(?:\[\[\s*)?(evidence|conclusions?)\s*\d*\s*(?:\]\][*_:]*|[*_]*:[*_]*)[ \t]*/gim;

function piecesOfText(text: string): readonly Piece[] {
  const marks = [...text.matchAll(heading)];
  const pieces: Piece[] = [];
  for (const [index, mark] of marks.entries()) {
    const field = (mark[1] ?? '').toLowerCase() === 'evidence' ? 'evidence' : 'conclusion';
    const content = withoutFence(
      text.slice(mark.index + mark[0].length, marks[index + 1]?.index ?? text.length),
      field,
    );
    const last = pieces.at(-1);
    if (last === undefined || field === 'evidence' || last.conclusion !== undefined) pieces.push({ [field]: content });
    else last.conclusion = content;
  }
  return pieces;
}

/** A conclusion ends at a fence or an empty line: what follows is a remark. Evidence may hold empty lines. */
function withoutFence(section: string, field: keyof Piece): string {
  const fence = /^[ \t]*(?:-{3,}|`{3,}\w*|\*{3,}|={3,})[ \t]*$/m;
  const [kept = ''] = section.trim().split(fence);
  const text = field === 'conclusion' ? (kept.trim().split(/\n\s*\n/)[0] ?? '') : kept.trim();
  return text.replace(/^[*_]+|[*_]+$/g, '').trim();
}
