// The label that a free answer ends on, such as `Answer: yes`.

/**
 * What the last line of the form `Answer: ...` (or `Label: ...`) spells. Without one, what all of `the answer is ...` in the
 * text agree on, or the whole text when that is a label, alone or with a reason behind a comma. Null for anything else.
 * @param spelled - the label that a word or two spell; null when they spell none
 */
export function statedLabel<Label>(text: string, spelled: (words: string) => Label | null): Label | null {
  const plain = text.replace(TEXT, '$1').replace(BOX, '$1').replace(MARKS, '');
  const label = (words: string) => leadingLabel(words, spelled);
  const line = [...plain.matchAll(ANSWER_LINE)].at(-1)?.[1];
  if (line !== undefined) return label(line);
  const stated = new Set([...plain.matchAll(ANSWER_PHRASE)].flatMap(([, words = '']) => label(words) ?? []));
  const [first] = stated;
  if (first !== undefined) return stated.size === 1 ? first : null;
  return /\n\s*\S/.test(plain.trim()) ? spelled(plain) : label(plain);
}

const TEXT = /\\text\w*\{([^{}]*)\}/g;
const BOX = /\\boxed\{([^{}]*)\}/g;
/** Emphasis, quotes and dollar signs; `not_entailment` keeps its line. */
const MARKS = /[*`"“”$]|(?<![a-z])_+|_+(?![a-z])/gi;
/** Not in brackets: `(Answer: yes only if ...)` is a remark. */
const ANSWER_LINE = /^[ \t>#'-]*(?:the )?(?:final )?(?:answer|label)\b[ \t']*(?:is\b)?[ \t]*[:=–—-][\s'=]*(.*)$/gim;
const ANSWER_PHRASE = /\b(?:answer|label)\b[\s':=]*(?:is\b[\s':=]*)?([^.;:!?\n]*)/gi;

/** `no` of `no`, of `No, since ...` and of `no because ...`; null of `yes or no`, `yes, but only if ...`. */
function leadingLabel<Label>(words: string, spelled: (words: string) => Label | null): Label | null {
  const whole = spelled(words);
  if (whole !== null) return whole;
  const [lead = '', rest = ''] = words.split(/(?:[.,;:!?()–—]|\s-\s|\s(?=because\b|since\b|as\b))\s*(.*)/s);
  return /^(?:but|or|and|if|only|unless)\b/i.test(rest) ? null : spelled(lead);
}
