// The words that test/golden/text/lexicon.json is about: all single words of the table of WordNet, and each thirtieth with endings.
//
//     node --import tsx scripts/golden/lexicon-words.ts > WORDS.txt
//     python scripts/golden/lexicon.py WORDS.txt

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

const table = new URL('../../adapters/lexicon/wordnet-3.0.txt.br', import.meta.url);
const endings = 's es ed ing er est ly ness ment ational ization ousness fulli logies ied yed'.split(' ');

/** Some 120,000, in lower case and in the order of their code units. */
export function lexiconWords(): string[] {
  const lines = brotliDecompressSync(readFileSync(table)).toString('utf8').split('\n');
  const words = lines.filter((line) => !line.startsWith('= ')).flatMap((line) => line.replace(/^! /, '').split(' '));
  const single = words.filter((word) => !word.includes('_'));
  const known = [...new Set(single.map((word) => word.toLowerCase()))].sort();
  const inflected = known.filter((_, index) => index % 30 === 0).flatMap((word) => endings.map((end) => word + end));
  return [...new Set([...known, ...inflected])].sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(lexiconWords().join('\n'));
