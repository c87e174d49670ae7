// Reads what language models write for the task nli: items with or without fences, in any field order, or as JSON.

import { normaliseText } from '../../core/text/words.ts';
import { fieldOfItem, jsonItems, UnreadableItem } from '../json-items.ts';
import { statedLabel } from '../stated-label.ts';
import type { ReadResult } from '../task.ts';
import { labelOf, readNliRecord, rejected } from './record.ts';
import type { Label } from './record.ts';

type Field = 'premise' | 'hypothesis' | 'label';
type Piece = Partial<Record<Field, string>>;

/**
 * Every item in the answer, as a sample or a named reject, in the order written. Remarks before the first and after
 * the last item are no items; an answer without any item is one reject.
 */
export function parseItems(text: string): readonly ReadResult[] {
  const pieces = piecesOfJson(text) ?? piecesOfText(text);
  const first = pieces.findIndex(isMeant);
  if (first < 0) return [rejected('no-item', text.trim() === '' ? 'the answer is empty' : preview(text))];
  const last = pieces.findLastIndex(isMeant);
  return pieces.slice(first, last + 1).map(({ fields, text: source }) => {
    if (Object.keys(fields).length === 0) return rejected('no-fields', preview(source));
    return readNliRecord(fields);
  });
}

/** The label that an attempt ends on: its last `Answer: ...`, or the whole text when that is nothing but a label. */
export function parseAttempt(text: string): Label | null {
  return statedLabel(text, labelOf);
}

/**
 * The words for a label that a student's answer states, such as `neutral`: the one it ends on, or where it speaks of no
 * answer, the one that its first line opens with. Null when there are none.
 */
export function statedWords(response: string): string | null {
  const ending = statedLabel(response, spelled);
  if (ending !== null || /\b(?:answer|label)\b/i.test(response)) return ending;
  return statedLabel(response.trim().split('\n')[0] ?? '', spelled);
}

function spelled(words: string): string | null {
  return labelOf(words) === null ? null : normaliseText(words);
}

interface Source {
  readonly fields: Piece;
  readonly text: string;
  /** JSON that could not be read: an item all the same. */
  readonly broken?: boolean;
}

function isMeant(source: Source): boolean {
  return hasFields(source) || source.broken === true;
}

function hasFields({ fields }: Source): boolean {
  return Object.keys(fields).length > 0;
}

function piecesOfJson(text: string): readonly Source[] | null {
  const pieces = jsonItems(text, Object.values(jsonKeys).flat())?.map((item): Source => {
    if (item instanceof UnreadableItem) return { fields: {}, text: item.text, broken: true };
    return { fields: fieldsOfJson(item), text: JSON.stringify(item) };
  });
  return pieces?.some(hasFields) === true ? pieces : null;
}

function fieldsOfJson(item: unknown): Piece {
  const fields: Piece = {};
  for (const [field, names] of Object.entries(jsonKeys) as [Field, readonly string[]][]) {
    const value = fieldOfItem(item, names);
    if (value !== undefined) fields[field] = value;
  }
  return fields;
}

const jsonKeys: Readonly<Record<Field, readonly string[]>> = {
  premise: ['premise'],
  hypothesis: ['hypothesis'],
  label: ['label', 'answer', 'entailment'],
};

/**
 * A fence or a field that the piece has already starts the next piece, so a forgotten fence costs nothing. A text may have
 * paragraphs; after the label, or an empty line behind all three fields, stands a remark.
 */
function piecesOfText(text: string): readonly Source[] {
  const pieces: { fields: Piece; lines: string[]; field: Field | null }[] = [];
  let current = { fields: {} as Piece, lines: [] as string[], field: null as Field | null };
  const close = () => {
    if (current.lines.some((line) => line.trim() !== '')) pieces.push(current);
    current = { fields: {}, lines: [], field: null };
  };
  for (const line of text.split(/\r?\n/)) {
    if (isFence(line)) {
      close();
      continue;
    }
    const found = fieldOfLine(line);
    if (found && current.fields[found.field] !== undefined) close();
    if (found) {
      current.fields[found.field] = found.value;
      current.field = found.field;
    } else if (line.trim() === '') {
      if (current.field === 'label' || Object.keys(current.fields).length === 3) current.field = null;
    } else if (current.field) {
      current.fields[current.field] = `${current.fields[current.field] ?? ''} ${line.trim()}`;
    }
    current.lines.push(line);
  }
  close();
  return pieces.map(({ fields, lines }) => ({ fields, text: lines.join('\n') }));
}

function isFence(line: string): boolean {
  return /^\s*(?:-{3,}|\*{3,}|_{3,}|={3,}|`{3,}\w*)\s*$/.test(line);
}

/** `Premise: ...`, `**Label**: yes`, `2. Hypothesis - ...`; marks of emphasis and quotes around the value are dropped. */
function fieldOfLine(line: string): { field: Field; value: string } | null {
  const match =
    /^[\s>#*_\-\d.)([\]]*(premise|hypothesis|label|answer|entailment)\s*\d*[*_\])"]*\s*[:=][*_]*\s*(.*)$/i.exec(line);
  const field = fieldNamed(match?.[1] ?? '');
  return field ? { field, value: unquoted(match?.[2] ?? '') } : null;
}

function fieldNamed(key: string): Field | null {
  const name = key.toLowerCase();
  if (name === 'premise' || name === 'hypothesis') return name;
  return name === 'label' || name === 'answer' || name === 'entailment' ? 'label' : null;
}

function unquoted(value: string): string {
  const bare = value.replace(/^[*_]+|[*_]+$/g, '').trim();
  return /^(["'“‘]).*(["'”’])$/.test(bare) ? bare.slice(1, -1).trim() : bare;
}

function preview(text: string): string {
  return text.trim().replace(/\s+/g, ' ').slice(0, 120);
}
