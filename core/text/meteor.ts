// METEOR as NLTK computes it (Lavie and Agarwal 2007): words are matched as they are, then by stem, then by synonym; the score
// weighs recall nine times precision and takes off for matches that lie in pieces.
import { porterStem } from './porter-stemmer.ts';
import type { SentenceModel } from './sentence-splitter.ts';
import type { WordNet } from './wordnet.ts';
import type { NltkRelease } from './word-tokens.ts';
import { wordTokens } from './word-tokens.ts';

/** What METEOR has to know of English. */
export interface MeteorLexicon extends WordNet {
  readonly sentences: SentenceModel;
  readonly release: NltkRelease;
}

/** Of texts, cut as by `nltk.word_tokenize`; from 0 to 1. */
export function meteor(prediction: string, reference: string, lexicon: MeteorLexicon): number {
  const { sentences, release } = lexicon;
  return meteorOfTokens(wordTokens(prediction, sentences, release), wordTokens(reference, sentences, release), lexicon);
}

/** Of texts that are tokens already, in any case; from 0 to 1, and 0 where nothing matches. */
export function meteorOfTokens(prediction: readonly string[], reference: readonly string[], wordNet: WordNet): number {
  const matches = aligned(prediction, reference, wordNet);
  if (matches.length === 0) return 0;
  const precision = matches.length / prediction.length;
  const recall = matches.length / reference.length;
  const mean = (precision * recall) / (recallWeight * precision + (1 - recallWeight) * recall);
  const fragmentation = pieces(matches) / matches.length;
  return (1 - 0.5 * fragmentation ** 3) * mean;
}

const recallWeight = 0.9;

interface Token {
  readonly place: number;
  readonly word: string;
}

/** Places in the prediction and the reference. */
type Match = readonly [predicted: number, expected: number];

/** In the order of the prediction. Each stage sees what those before it left over, the last one as stems: so NLTK does it. */
function aligned(prediction: readonly string[], reference: readonly string[], wordNet: WordNet): Match[] {
  let left = [prediction, reference].map((words) => words.map((word, place) => ({ place, word: word.toLowerCase() })));
  const matches: Match[] = [];
  const stage = (synonymsOf: (word: string) => Iterable<string>) => {
    const found = matched(left[0]!, left[1]!, synonymsOf);
    matches.push(...found);
    left = left.map((tokens, side) => {
      const taken = new Set(found.map((match) => match[side]));
      return tokens.filter(({ place }) => !taken.has(place));
    });
  };
  stage((word) => [word]);
  left = left.map((tokens) => tokens.map(({ place, word }) => ({ place, word: porterStem(word) })));
  stage((word) => [word]);
  stage((word) => [word, ...wordNet.synonymsOf(word)]);
  return matches.sort((a, b) => a[0] - b[0]);
}

/** From the last word to the first, each with the last word of the reference that is left and fits. */
function matched(
  prediction: readonly Token[],
  reference: readonly Token[],
  synonymsOf: (word: string) => Iterable<string>,
): Match[] {
  const places = new Map<string, number[]>();
  for (const { place, word } of reference) {
    const known = places.get(word);
    if (known === undefined) places.set(word, [place]);
    else known.push(place);
  }
  return prediction.toReversed().flatMap(({ place, word }) => {
    let best: number[] | undefined;
    for (const synonym of synonymsOf(word)) {
      const left = places.get(synonym);
      if (left !== undefined && (left.at(-1) ?? -1) > (best?.at(-1) ?? -1)) best = left;
    }
    const expected = best?.pop();
    return expected === undefined ? [] : [[place, expected] as const];
  });
}

/** Runs of matches that are neighbours on both sides. */
function pieces(matches: readonly Match[]): number {
  return matches.filter(([predicted, expected], index) => {
    const before = matches[index - 1];
    return before === undefined || predicted !== before[0] + 1 || expected !== before[1] + 1;
  }).length;
}
