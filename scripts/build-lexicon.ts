// Makes the compressed tables of adapters/lexicon from their sources:
//   node --import tsx scripts/build-lexicon.ts WORDNET PUNKT
// WORDNET: the folder with the database of WordNet 3.0 (data.noun, noun.exc, ...), /usr/share/wordnet of Debian's wordnet-base.
// PUNKT: the folder english of NLTK's package punkt_tab (abbrev_types.txt, collocations.tab, ...).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { itemAt } from '../core/item-at.ts';

const [wordNetFolder, punktFolder] = process.argv.slice(2);
if (wordNetFolder === undefined || punktFolder === undefined) {
  throw new Error('Usage: node --import tsx scripts/build-lexicon.ts WORDNET PUNKT');
}
write('wordnet-3.0.txt.br', wordNetTable(wordNetFolder));
write('punkt-english.txt.br', punktTable(punktFolder));

function write(name: string, table: string): void {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
  };
  const bytes = brotliCompressSync(Buffer.from(table), { params });
  writeFileSync(new URL(`../adapters/lexicon/${name}`, import.meta.url), bytes);
  console.log(`${name}: ${table.length} characters, ${bytes.length} bytes`);
}

function wordNetTable(folder: string): string {
  const sections = ['noun', 'verb', 'adj', 'adv'].map((part) => {
    const irregular = irregularForms(folder, part);
    const bases = new Set(irregular.flatMap(([, ...words]) => words));
    return [`= ${part}`, ...irregular.map((words) => `! ${words.join(' ')}`), ...synonymSets(folder, part, bases)];
  });
  return sections.flat().join('\n');
}

/** METEOR's tokens have no blanks, and it takes no answer that has. */
function isSingle(word: string): boolean {
  return !word.includes('_');
}

function irregularForms(folder: string, part: string): string[][] {
  const forms = linesOf(folder, `${part}.exc`).map((line) => line.trim().split(/\s+/));
  return forms.filter(([form = '']) => isSingle(form));
}

/**
 * Single words, and those of several parts that an irregular form leads to. Sets that say nothing are left out: no answer in
 * lower case, or one word alone that another set names.
 */
function synonymSets(folder: string, part: string, bases: ReadonlySet<string>): string[] {
  const sets = linesOf(folder, `data.${part}`)
    .filter((line) => !line.startsWith(' '))
    .map((line) => {
      const fields = line.split(' ');
      const names = Array.from({ length: parseInt(itemAt(fields, 3), 16) }, (_, index) =>
        itemAt(fields, 4 + 2 * index),
      );
      return names.map((name) => name.replace(/\(.*\)$/, '')).filter((name) => isSingle(name) || bases.has(name));
    })
    .filter((names) => names.some((name) => isSingle(name) && name === name.toLowerCase()));
  const inCompany = new Set(sets.filter(({ length }) => length > 1).flat());
  const kept = sets.filter((names) => names.length > 1 || !names.every((name) => inCompany.has(name)));
  return [...new Set(kept.map((names) => names.toSorted().join(' ')))].sort();
}

function punktTable(folder: string): string {
  const contexts = new Map<string, string[]>();
  for (const line of linesOf(folder, 'ortho_context.tab')) {
    const [word = '', flags = ''] = line.split('\t');
    contexts.set(flags, [...(contexts.get(flags) ?? []), word]);
  }
  return [
    ['abbreviations', ...linesOf(folder, 'abbrev_types.txt').sort()],
    ['starters', ...linesOf(folder, 'sent_starters.txt').sort()],
    ['collocations', ...linesOf(folder, 'collocations.tab').sort()],
    ...[...contexts].map(([flags, words]) => ['context', flags, ...words.sort()]),
  ]
    .map((items) => items.join(' '))
    .join('\n');
}

function linesOf(folder: string, name: string): string[] {
  return readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
