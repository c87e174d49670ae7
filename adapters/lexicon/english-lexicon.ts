// What METEOR has to know of English, read from the two compressed files beside this one when it is first asked for.
import { readFile } from 'node:fs/promises';
import { brotliDecompressSync } from 'node:zlib';
import type { MeteorLexicon } from '../../core/text/meteor.ts';
import type { SentenceModel } from '../../core/text/sentence-splitter.ts';
import type { NltkRelease } from '../../core/text/word-tokens.ts';
import type { WordNet } from '../../core/text/wordnet.ts';
import { readWordNet } from '../../core/text/wordnet.ts';

/** @param release - by whose rules texts are cut; default: those that `pip install nltk` gives */
export async function openEnglishLexicon(release: NltkRelease = '3.10'): Promise<MeteorLexicon> {
  opened ??= readBoth();
  const { sentences, wordNet } = await opened;
  return { release, sentences, synonymsOf: wordNet.synonymsOf };
}

let opened: Promise<{ readonly sentences: SentenceModel; readonly wordNet: WordNet }> | undefined;

async function readBoth(): Promise<{ readonly sentences: SentenceModel; readonly wordNet: WordNet }> {
  const [punkt, wordNet] = await Promise.all([readText('punkt-english.txt.br'), readText('wordnet-3.0.txt.br')]);
  return { sentences: readSentenceModel(punkt), wordNet: readWordNet(wordNet) };
}

async function readText(name: string): Promise<string> {
  return brotliDecompressSync(await readFile(new URL(name, import.meta.url))).toString('utf8');
}

/** Lines `kind item item ...`; pairs of a collocation are joined by a tab, and a context names its flags: `context 46 word ...`. */
function readSentenceModel(table: string): SentenceModel {
  const contexts = new Map<string, number>();
  const sets = new Map<string, ReadonlySet<string>>();
  for (const line of table.split('\n')) {
    const [kind = '', ...items] = line.split(' ');
    if (kind !== 'context') sets.set(kind, new Set(items));
    else for (const word of items.slice(1)) contexts.set(word, Number(items[0]));
  }
  const setOf = (kind: string): ReadonlySet<string> => sets.get(kind) ?? new Set();
  return {
    abbreviations: setOf('abbreviations'),
    collocations: setOf('collocations'),
    starters: setOf('starters'),
    contexts,
  };
}
