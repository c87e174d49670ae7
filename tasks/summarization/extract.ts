// The extractive floor of medical summaries: what a reader gets without a model.

/** The objectives, and the last two sentences of the results; evidence without headings gives its last two sentences. */
export function extractOf(evidence: string): string {
  const [, objectives = '', results = evidence] = /^([\s\S]*?)\bMain results:([\s\S]*)$/i.exec(evidence) ?? [];
  const question = objectives.replace(/^\s*Objectives:/i, '').trim();
  const ending = sentencesOf(results).slice(-2);
  return [question, ...ending].filter((text) => text !== '').join(' ');
}

function sentencesOf(text: string): readonly string[] {
  return text
    .trim()
    .split(/(?<=[.!?])\s+/)
    .filter((sentence) => sentence !== '');
}
