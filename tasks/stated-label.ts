// The label that a free answer ends on, such as `Answer: yes`.

/**
 * What the last `Answer: ...` (or `Label: ...`) of the text spells, or the whole text when that is nothing but a label.
 * @param spelled - the label that a word or two spell; null when they spell none
 */
export function statedLabel<Label>(text: string, spelled: (words: string) => Label | null): Label | null {
  const stated = [
    ...text.matchAll(
      /\b(?:final\s+)?(?:answer|label)\b[\s*_"':=]*(?:is[\s*_"':=]+)?([a-z_-]+(?: entailment| entailed)?)/gi,
    ),
  ];
  const last = stated.at(-1)?.[1];
  return last === undefined ? spelled(text) : (spelled(last) ?? spelled(last.split(' ')[0] ?? ''));
}
