"""Golden values of studies: ridge regression with exact leave-one-out (scikit-learn), partial and plain rank correlation
(scipy) over made-up units. Writes test/golden/study.json."""

import json
import pathlib

import numpy as np
from scipy.stats import rankdata, spearmanr
from sklearn.linear_model import Ridge

random = np.random.default_rng(6)


def ridge(n, d):
    x = random.standard_normal((n, d)).astype(np.float32)
    y = np.where(x[:, 0] + 0.5 * random.standard_normal(n) > 0, 1.0, -1.0)
    rows = list(range(n)) + [0, 0, 1]
    weights = np.bincount(rows, minlength=n).astype(float)
    wide = np.hstack([x.astype(float), np.ones((n, 1))])
    root = np.sqrt(weights)[:, None]
    scaled = root * wide
    scale = np.trace(scaled @ scaled.T) / n
    shares = [0.01, 0.1, 1.0]
    errors = []
    for share in shares:
        total = 0.0
        for left in range(n):
            keep = np.arange(n) != left
            model = Ridge(alpha=share * scale, fit_intercept=False, solver="cholesky")
            model.fit(wide[keep], y[keep], sample_weight=weights[keep])
            total += weights[left] * (y[left] - model.predict(wide[left : left + 1])[0]) ** 2
        errors.append(total)
    best = int(np.argmin(errors))
    model = Ridge(alpha=shares[best] * scale, fit_intercept=False, solver="cholesky")
    model.fit(wide, y, sample_weight=weights)
    test = random.standard_normal((5, d)).astype(np.float32)
    return {
        "features": x.tolist(),
        "targets": y.tolist(),
        "rows": rows,
        "penalties": shares,
        "chosen": shares[best],
        "test": test.tolist(),
        "sides": model.predict(np.hstack([test.astype(float), np.ones((5, 1))])).tolist(),
    }


def partial(x, y, control):
    design = np.column_stack([rankdata(control), np.ones(len(x))])
    rest = [rankdata(v) - design @ np.linalg.lstsq(design, rankdata(v), rcond=None)[0] for v in (x, y)]
    return float(np.corrcoef(*rest)[0, 1])


units = 24
share = random.random(units)
first = share + 0.3 * random.random(units)
second = random.random(units)
outcome = 0.6 * share + 0.4 * second + 0.1 * random.standard_normal(units)
golden = {
    "ridgeOfFewRows": ridge(14, 30),
    "ridgeOfManyRows": ridge(60, 8),
    "correlations": {
        "share": share.tolist(),
        "measures": {"first": first.tolist(), "second": second.tolist()},
        "outcome": outcome.tolist(),
        "rho": {name: float(spearmanr(v, outcome)[0]) for name, v in (("first", first), ("second", second))},
        "partial": {name: partial(v, outcome, share) for name, v in (("first", first), ("second", second))},
    },
}
path = pathlib.Path(__file__).parents[2] / "test/golden/study.json"
path.write_text(json.dumps(golden) + "\n")
