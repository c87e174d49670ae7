"""Scores pairs with the reference packages, for summary-metrics-parity.ts and for test/golden/text/summary-metrics.json.

    python scripts/golden/summary_metrics.py PAIRS.jsonl VALUES.jsonl     # one line {prediction, reference} in, one line of values out
    python scripts/golden/summary_metrics.py --fixture PAIRS.jsonl FILE   # pairs and values in one JSON document

The fixture is made of `summary-metrics-parity.ts pairs 63 PAIRS.jsonl test/golden/text/made-up-reviews.jsonl`.

pip install rouge-score==0.1.2 sacrebleu==2.6.0 nltk (3.10.4, or 3.9.2 for the older rules of tokens)

NLTK_DATA names a folder with corpora/wordnet and tokenizers/punkt_tab as `nltk.download` leaves them. Without its server: the files of
Debian's wordnet-base, with an empty index.sense and the file lexnames (45 lines `number<tab>name<tab>part of speech`); punkt_tab lies in
several packages of PyPI, such as llama-index-core.
"""

import json
import sys
from pathlib import Path

import nltk
from nltk.translate.meteor_score import single_meteor_score
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import CHRF

KINDS = ["rougeL", "rougeLsum"]
PLAIN, STEMMED = RougeScorer(KINDS), RougeScorer(KINDS, use_stemmer=True)
CHRFS = {"chrf": CHRF(), "chrf++": CHRF(word_order=2)}


def values_of(prediction, reference):
    plain, stemmed = PLAIN.score(reference, prediction), STEMMED.score(reference, prediction)
    tokens = [nltk.word_tokenize(text) for text in (prediction, reference)]
    return {
        "rouge-l": plain["rougeL"].fmeasure,
        "rouge-lsum": plain["rougeLsum"].fmeasure,
        "rouge-l stemmed": stemmed["rougeL"].fmeasure,
        "rouge-lsum stemmed": stemmed["rougeLsum"].fmeasure,
        "meteor": single_meteor_score(tokens[1], tokens[0]),
        **{name: metric.sentence_score(prediction, [reference]).score for name, metric in CHRFS.items()},
        "tokens": [" ".join(one) for one in tokens],
    }


def corpus_of(pairs):
    predictions, references = [one["prediction"] for one in pairs], [one["reference"] for one in pairs]
    scores = {name: metric.corpus_score(predictions, [references]) for name, metric in CHRFS.items()}
    signatures = {name: str(metric.get_signature()) for name, metric in CHRFS.items()}
    return {"nltk": nltk.__version__, "signatures": signatures, **{name: one.score for name, one in scores.items()}}


def main():
    is_fixture = sys.argv[1] == "--fixture"
    source, target = map(Path, sys.argv[-2:])
    pairs = [json.loads(line) for line in source.read_text(encoding="utf-8").split("\n") if line]
    values = [values_of(one["prediction"], one["reference"]) for one in pairs]
    corpus = corpus_of(pairs)
    if is_fixture:
        items = [{**pair, **value} for pair, value in zip(pairs, values)]
        target.write_text(json.dumps({"corpus": corpus, "items": items}, indent=0) + "\n", encoding="utf-8")
    else:
        target.write_text("".join(json.dumps(one) + "\n" for one in [*values, corpus]), encoding="utf-8")


main()
