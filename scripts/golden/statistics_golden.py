"""Makes test/golden/statistics.json: correlations, agreement, F1, pass@k and resampling by scipy, krippendorff, scikit-learn and numpy.

pip install scipy==1.17.1 scikit-learn==1.9.1 krippendorff==0.8.1 sacrebleu==2.6.0 && python scripts/golden/statistics_golden.py
"""

import json
from math import comb
from pathlib import Path

import krippendorff
import numpy as np
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, f1_score

FILE = Path(__file__).resolve().parents[2] / "test" / "golden" / "statistics.json"
random = np.random.default_rng(6)


def rounded(count, step):
    return (np.round(random.normal(size=count) / step) * step).tolist()


def partial(x, y, controls):
    """Pearson's correlation of the residuals of ranks, by least squares."""
    ranks = [stats.rankdata(values) for values in (x, y, *controls)]
    design = np.column_stack([np.ones(len(x)), *ranks[2:]])
    rest = [values - design @ np.linalg.lstsq(design, values, rcond=None)[0] for values in ranks[:2]]
    return stats.pearsonr(*rest).statistic


def correlation(count, step, controls):
    x, y = rounded(count, step), rounded(count, step)
    y = [a + 0.8 * b for a, b in zip(y, x)]
    others = [[a + b for a, b in zip(rounded(count, step), x)] for _ in range(controls)]
    if controls > 2:
        others.append([2 * value + 1 for value in others[0]])
    bootstrap = stats.bootstrap(
        (x, y), lambda a, b: stats.spearmanr(a, b).statistic, paired=True, vectorized=False, method="percentile",
        n_resamples=4000, rng=np.random.default_rng(1),
    ).confidence_interval
    return {
        "x": x, "y": y, "controls": others, "spearman": stats.spearmanr(x, y).statistic,
        "partial": partial(x, y, others), "interval": [bootstrap.low, bootstrap.high],
    }


def agreement(raters, units, missing):
    truth = random.integers(1, 6, size=units)
    rows = [[None if random.random() < missing else int(np.clip(v + random.integers(-1, 2), 1, 5)) for v in truth] for _ in range(raters)]
    data = np.array([[np.nan if v is None else v for v in row] for row in rows], dtype=float)
    levels = ("nominal", "ordinal", "interval")
    return {"ratings": rows, **{level: krippendorff.alpha(data, level_of_measurement=level) for level in levels}}


def kappa(count):
    first = random.integers(1, 6, size=count)
    second = np.clip(first + random.integers(-2, 3, size=count), 1, 5)
    first[first == 3] = 4
    second[second == 3] = 2
    weights = {"none": None, "linear": "linear", "quadratic": "quadratic"}
    score = lambda labels, weight: cohen_kappa_score(first, second, labels=labels, weights=weight)
    return {
        "first": first.tolist(), "second": second.tolist(),
        "seen": {name: score(None, weight) for name, weight in weights.items()},
        "scale": {name: score([1, 2, 3, 4, 5], weight) for name, weight in weights.items()},
    }


def labels(count):
    names = ["entailment", "neutral", "contradiction"]
    expected = [names[i] for i in random.integers(0, 3, size=count)]
    stated = [e if random.random() < 0.6 else [*names, "none"][random.integers(0, 4)] for e in expected]
    return {"expected": expected, "stated": stated, "macroF1": f1_score(expected, stated, labels=names, average="macro", zero_division=0)}


def mean_interval(count):
    values = rounded(count, 0.01)
    interval = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=20000, rng=np.random.default_rng(2)).confidence_interval
    return {"values": values, "interval": [interval.low, interval.high]}


def randomization(count, shift):
    first, second = np.array(rounded(count, 0.01)), np.array(rounded(count, 0.01)) + shift
    test = stats.permutation_test(
        (first, second), lambda a, b: np.mean(a - b), permutation_type="samples", n_resamples=20000, rng=np.random.default_rng(3)
    )
    return {"first": first.tolist(), "second": second.tolist(), "difference": test.statistic, "pValue": test.pvalue}


def win_rate(count):
    first, second = random.integers(50, 400, size=count), random.integers(50, 400, size=count)
    delta = (first - second).astype(float)
    win = np.where(random.random(count) < 1 / (1 + np.exp(-delta / 120 - 0.3)), 1.0, 0.0)
    win[random.random(count) < 0.2] = 0.5
    design = np.column_stack([np.tanh(delta / delta.std(ddof=1)), np.ones(count)])
    twice, outcome, weight = np.vstack([design, design]), np.r_[np.ones(count), np.zeros(count)], np.r_[win, 1 - win]
    model = LogisticRegression(C=100, fit_intercept=False, tol=1e-12, max_iter=1000, solver="newton-cholesky")
    model.fit(twice, outcome, sample_weight=weight)
    rate = model.predict_proba([[0.0, 1.0]])[0, 1]
    return {"lengthDifferences": delta.tolist(), "wins": win.tolist(), "adjusted": win.mean(), "controlled": rate}


golden = {
    "correlations": [correlation(*one) for one in [(12, 0.5, 1), (60, 0.2, 2), (200, 0.001, 3)]],
    "agreement": [agreement(*one) for one in [(2, 10, 0), (3, 25, 0.2), (5, 40, 0.5)]],
    "kappa": [kappa(count) for count in (15, 80)],
    "labels": [labels(count) for count in (10, 120)],
    "passAtK": [[n, c, k, 1 - comb(n - c, k) / comb(n, k)] for n, c, k in [(1, 0, 1), (5, 2, 1), (10, 3, 5), (64, 1, 32), (200, 7, 100), (1000, 3, 10)]],
    "means": [mean_interval(count) for count in (30, 300)],
    "randomization": [randomization(40, 0.0), randomization(40, 0.4), randomization(40, 0.8)],
    "winRates": [win_rate(count) for count in (12, 150)],
}
FILE.write_text(json.dumps(golden) + "\n")
