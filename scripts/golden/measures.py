"""Makes test/golden/diversity/measures.json. Needs numpy, scipy, scikit-learn, regex, nltk 3.9+, vendi-score 0.0.3 and
diversity 0.3.1 (of cshaib, installed with --no-deps) in any Python 3.10+ environment:
    python scripts/golden/measures.py

Where a package computes the measure, its value is taken; what no package computes is restated here from the published
formula, without looking at the TypeScript: as loops over pairs, with determinants in place of eigenvalues.
"""

import collections
import gzip
import importlib.metadata
import importlib.util
import json
import math
import pathlib
import unicodedata

import nltk
import numpy
import regex
from vendi_score import text_utils, vendi

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "diversity"

SAMPLES = [
    ("A baker sells 12 loaves before noon and 9 after. How many loaves is that?", "12 + 9 = 21, so the answer is 21."),
    ("A baker sells 12 loaves before noon and 7 after. How many loaves is that?", "12 + 7 = 19, so the answer is 19."),
    ("A baker sells 12 loaves before noon and 9 after. How many loaves is that?", "12 + 9 = 21, so the answer is 21."),
    ("Premise: The ferry left at dawn. Hypothesis: A boat had departed.", "entailment"),
    ("Premise: No gulls followed the ferry. Hypothesis: A gull followed the ferry.", "not_entailment"),
    ("Où se trouve la bibliothèque de l’université ?", "Derrière la gare, près du vieux pont."),
    ("Wie weit ist es zum Bahnhof? Wie weit ist es zum Hafen?", "Zwei Kilometer; zum Hafen sind es drei."),
    ("図書館はどこですか。", "駅の後ろです。"),
    ("Full-width ＡＢＣ１２３ and ligature ﬁnal ﬁnal", "abc123 final FINAL"),
    ("Simplify \\frac{x^2 - 1}{x - 1} for x \\neq 1.", "Factor: (x - 1)(x + 1) over (x - 1), so x + 1."),
    ("Name three colours.", "Red, green, blue; red again; red, green, blue once more. 🎨"),
    ("List the planets that have rings, nearest to the sun first.", "Jupiter, Saturn, Uranus and Neptune."),
]

# The rule of core/text/words.ts.
BLANKLESS = r"\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}"
WORD = regex.compile(rf"[{BLANKLESS}]|(?:(?![{BLANKLESS}])[\p{{L}}\p{{M}}\p{{N}}])+")


def words(text):
    return WORD.findall(unicodedata.normalize("NFKC", text).lower())


def package_module(name):
    """A module of `diversity` alone: the package as a whole imports clients of language models, and its name is also
    that of a script here."""
    path = importlib.metadata.distribution("diversity").locate_file(f"diversity/{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def entropy(documents, n):
    counts = collections.Counter(gram for document in documents for gram in nltk.ngrams(document, n))
    total = sum(counts.values())
    return -sum(count / total * math.log(count / total) for count in counts.values())


def ngram_vendi(documents):
    """text_utils.ngram_vendi_score, whose `.A` newer SciPy does not have; every document must have 4 words."""
    kernels = []
    for n in (1, 2, 3, 4):
        counts = text_utils.get_ngrams([" ".join(document) for document in documents], n=n, tokenizer=str.split)
        rows = counts.toarray() / numpy.linalg.norm(counts.toarray(), axis=1, keepdims=True)
        kernels.append(rows @ rows.T)
    return vendi.score_K(numpy.mean(kernels, axis=0))


def text_values(raw):
    documents = [words(text) for text in raw]
    joined = [" ".join(document) for document in documents]
    shares = [text_utils.single_ngram_diversity(joined, n, tokenizer=str.split) for n in (1, 2, 3, 4)]
    together = " ".join(raw).encode()
    return {
        "words": documents,
        "entropies": [entropy(documents, n) for n in (1, 2, 3, 4)],
        "distinctShares": [float(share) for share in shares],
        "distinct": float(text_utils.ngram_diversity(joined, tokenizer=str.split)),
        "selfBleu": float(text_utils.self_bleu(joined, tokenizer=str.split)),
        "selfRepetition": float(package_module("self_repetition").self_repetition_score(joined, verbose=False)),
        "ngramVendi": float(ngram_vendi(documents)),
        "bytes": len(together),
        "gzipBytes": len(gzip.compress(together)),
        "publishedCompressionRatio": package_module("compression").compression_ratio(raw),
    }


def unit_rows(count, dimension, seed, repeats=()):
    """Whole numbers scaled to unit norm in float32, so that a test makes the same rows from them."""
    whole = numpy.random.default_rng(seed).integers(-9, 10, (count, dimension))
    for source, copy in repeats:
        whole[copy] = whole[source]
    norms = numpy.sqrt((whole * whole).sum(axis=1, keepdims=True))
    return whole, (whole / norms).astype(numpy.float32).astype(numpy.float64)


def exact_units(rows):
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def label_centred(rows, labels):
    """vendi-score of the rows less their label's mean; rows without a remainder are left out."""
    remainders = exact_units(rows)
    for label in set(labels):
        members = [index for index, other in enumerate(labels) if other == label]
        remainders[members] = remainders[members] - remainders[members].mean(axis=0)
    kept = remainders[numpy.linalg.norm(remainders, axis=1) > 1e-6]
    return {"value": float(vendi.score_X(kept)), "rows": len(kept)}


def dc_score(rows, temperature):
    """Zhu et al. 2025, equation of DCScore: the trace of the row-wise softmax of the similarities."""
    similarities = exact_units(rows) @ exact_units(rows).T / temperature
    exponentials = numpy.exp(similarities)
    return float(numpy.trace(exponentials / exponentials.sum(axis=1, keepdims=True)))


def novel_sum(rows, neighbours, density_power, distance_power):
    """Yang et al. 2025: novelty as a proximity-weighted mean distance times local density, without the row itself."""
    units = exact_units(rows)
    distinct = exact_units(numpy.unique(rows, axis=0))
    novelties = []
    for index, unit in enumerate(units):
        squares = sorted(((distinct - unit) ** 2).sum(axis=1))[1:][:neighbours]
        density = (numpy.mean(squares) + 1e-9) ** -density_power
        distances = sorted(1 - unit @ other for position, other in enumerate(units) if position != index)
        weights = [rank**-distance_power for rank in range(1, len(distances) + 1)]
        novelties.append(density * numpy.average(distances, weights=weights))
    return float(numpy.mean(novelties))


def log_det_distance(rows, ridge):
    """The difference of two n x n log-determinants; the reference is an evenly spread frame of the same size."""
    n, d = rows.shape
    order = min(n, d)
    # Rows e_1 .. e_m repeated are an even frame when m divides n; its spectrum holds for any n.
    reference = numpy.diag([n / order] * order + [0.0] * (n - order))
    kernel = exact_units(rows) @ exact_units(rows).T
    logs = [numpy.linalg.slogdet(matrix + ridge * numpy.eye(n))[1] for matrix in (reference, kernel)]
    return float((logs[0] - logs[1]) / order)


def vector_case(name, count, dimension, seed, repeats=()):
    whole, rows = unit_rows(count, dimension, seed, repeats)
    labels = ["ab"[index % 2] if index > 0 else "alone" for index in range(count)]
    return {
        "name": name,
        "count": count,
        "dimension": dimension,
        "whole": whole.flatten().tolist(),
        "labels": labels,
        "vendi": float(vendi.score_X(rows)),
        "labelCentred": label_centred(rows, labels),
        "dcScores": {str(temperature): dc_score(rows, temperature) for temperature in (1, 0.1)},
        "novelSums": [
            {
                "neighbours": neighbours,
                "densityPower": density_power,
                "distancePower": distance_power,
                "value": novel_sum(rows, neighbours, density_power, distance_power),
            }
            for neighbours, density_power, distance_power in [(10, 0.5, 1), (5, 0.25, 2), (5, 0, 0)]
        ],
        "logDetDistances": {str(ridge): log_det_distance(rows, ridge) for ridge in (0.001, 0.1)},
    }


def main():
    value = {
        "samples": [{"prompt": prompt, "completion": completion} for prompt, completion in SAMPLES],
        "texts": text_values([f"{prompt}\n{completion}" for prompt, completion in SAMPLES]),
        "vectors": [
            vector_case("fewer rows than dimensions", 12, 24, 1),
            vector_case("more rows than dimensions", 40, 8, 2),
            vector_case("with repeated rows", 16, 16, 3, [(1, 3), (1, 5), (2, 4)]),
            vector_case("fewer distinct rows than neighbours", 6, 5, 4, [(1, 3), (1, 5)]),
        ],
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "measures.json").write_text(json.dumps(value, ensure_ascii=False) + "\n", encoding="utf-8")


main()
