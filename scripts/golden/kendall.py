"""Makes test/golden/kendall.json: Kendall's tau-b by scipy, of numbers with and without equal ones. In any Python 3.10+ environment:
    pip install scipy==1.17.1 && python scripts/golden/kendall.py
"""

import json
import pathlib

import numpy
from scipy.stats import kendalltau

generator = numpy.random.default_rng(7)
cases = []
for count, values in [(2, 9), (5, 3), (30, 5), (30, 1000), (257, 4), (1000, 50)]:
    x = generator.integers(0, values, count)
    y = numpy.where(generator.random(count) < 0.5, x, generator.integers(0, values, count))
    if len(set(x)) > 1 and len(set(y)) > 1:
        cases.append({"x": x.tolist(), "y": y.tolist(), "tau": float(kendalltau(x, y).statistic)})
target = pathlib.Path(__file__).parents[2] / "test" / "golden" / "kendall.json"
target.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
