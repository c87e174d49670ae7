// Splits as file names tell them, by the rules of the hub (https://huggingface.co/docs/hub/datasets-file-names-and-splits).

const words: ReadonlyMap<string, string> = new Map(
  Object.entries({
    train: 'train',
    training: 'train',
    validation: 'validation',
    valid: 'validation',
    val: 'validation',
    dev: 'validation',
    test: 'test',
    testing: 'test',
    eval: 'test',
    evaluation: 'test',
  }),
);

/** The usual word for a split: `val` is `validation`, `eval` is `test`; any other name stands for itself. */
export function splitWord(name: string): string {
  return words.get(name.toLowerCase()) ?? name;
}

/**
 * Shards (`train-00000-of-00003`) name their split; otherwise a split's word as a part of the path does. Where no name
 * tells anything, all files are `train`.
 */
export function splitsByName(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const shards = grouped(names, shardSplit);
  if (shards.size > 0) return shards;
  const told = grouped(names, wordSplit);
  return told.size > 0 || names.length === 0 ? told : new Map([['train', names]]);
}

function grouped(names: readonly string[], splitOf: (name: string) => string | null): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const split = splitOf(name);
    if (split !== null) groups.set(split, [...(groups.get(split) ?? []), name]);
  }
  return groups;
}

function shardSplit(name: string): string | null {
  const [, split] = /(?:^|\/)(\w+(?:\.\w+)*)-\d{5}-of-\d{5}[^/]*$/.exec(name) ?? [];
  return split === undefined ? null : splitWord(split);
}

/** The last word of the path counts: it is nearest to the file. */
function wordSplit(name: string): string | null {
  const parts = name.toLowerCase().split(/[-._ 0-9/]+/);
  const found = parts.findLast((part) => words.has(part));
  return found === undefined ? null : splitWord(found);
}
