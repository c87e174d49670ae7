"""Makes test/golden/text/lexicon.json from the words of lexicon-words.ts: digests of all stems and synonyms by NLTK, and some in full.

pip install nltk==3.10.4; NLTK_DATA as in summary_metrics.py, with the files of WordNet 3.0
"""

import hashlib
import json
import sys
from itertools import chain
from pathlib import Path

import nltk
from nltk.corpus import wordnet
from nltk.stem.porter import PorterStemmer

FILE = Path(__file__).resolve().parents[2] / "test" / "golden" / "text" / "lexicon.json"
stem = PorterStemmer().stem


def synonyms(word):
    names = chain.from_iterable(synset.lemma_names() for synset in wordnet.synsets(word))
    return sorted({name for name in names if "_" not in name and name == name.lower()})


def digest(lines):
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


words = Path(sys.argv[1]).read_text(encoding="utf-8").split("\n")
shown = words[:: len(words) // 600]
golden = {
    "nltk": nltk.__version__,
    "words": len(words),
    "stems": digest(f"{word} {stem(word)}" for word in words),
    "synonyms": digest(" ".join([word, *synonyms(word)]) for word in words),
    "shown": [[word, stem(word), " ".join(synonyms(word))] for word in shown],
}
FILE.write_text(json.dumps(golden, indent=0) + "\n", encoding="utf-8")
