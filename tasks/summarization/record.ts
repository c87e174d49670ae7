// Records and samples of the task summarization: the prompt that carries the evidence, and the conclusion that completes it.

import type { ReadResult, SampleBody } from '../task.ts';

/** How a student is asked: after the evidence, so that a prompt that is shortened on its left keeps it. */
const requestLine = 'State in a short paragraph what this evidence supports.';

export function readSummarizationRecord(record: Readonly<Record<string, string>>): ReadResult {
  const evidence = tidy(record['evidence'] ?? '');
  const conclusion = tidy(record['conclusion'] ?? '').replace(/\n+/g, ' ');
  if (evidence === '') return rejected('missing-evidence', 'the evidence is empty');
  if (conclusion === '') return rejected('missing-conclusion', 'the conclusion is empty');
  const group = tidy(record['group'] ?? '').replace(/\n+/g, ' ');
  return { ok: true, body: bodyOf({ title: record['title'] ?? '', evidence, conclusion, group }) };
}

/** What a prompt carries. */
export interface Evidence {
  /** '' where there is none. */
  readonly title: string;
  readonly evidence: string;
}

export function bodyOf({
  title,
  evidence,
  conclusion,
  group,
}: Evidence & { readonly conclusion: string; readonly group: string }): SampleBody {
  const heading = title.replace(/\s+/gu, ' ').trim();
  const prompt = `${heading === '' ? '' : `Title: ${heading}\n`}Evidence:\n${evidence}\n\n${requestLine}`;
  return { prompt, completion: conclusion, answer: conclusion, group: group === '' ? 'all' : group };
}

/** The evidence that a prompt of `bodyOf` carries; null for any other text. */
export function evidenceOf(prompt: string): Evidence | null {
  const [, title = '', evidence] = /^(?:Title: ([^\n]*)\n)?Evidence:\n([\s\S]*)$/.exec(prompt) ?? [];
  const ending = `\n\n${requestLine}`;
  if (evidence?.endsWith(ending) !== true) return null;
  return { title, evidence: evidence.slice(0, -ending.length) };
}

export function rejected(reason: string, detail: string): ReadResult {
  return { ok: false, reason, detail };
}

export function clip(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 120);
}

/** Paragraphs stay, the space around and between them does not. */
function tidy(text: string): string {
  return text
    .replace(/\r\n?|\u2028|\u2029/g, '\n')
    .split(/\n\s*\n|\n/)
    .map((line) => line.replace(/\s+/gu, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}
