"""Makes test/golden/diversity/*.json. Needs numpy and vendi-score 0.0.3 in any Python 3.10+ environment:
    python scripts/golden/diversity.py
"""

import json
import pathlib

import numpy
from vendi_score import vendi

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "diversity"


def write(name, value):
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(value) + "\n")


def symmetric(size, rank, seed):
    """Whole numbers, so that the matrix is the same everywhere: F D F^T with F of size x rank."""
    generator = numpy.random.default_rng(seed)
    factor = generator.integers(-9, 10, (size, rank))
    signs = generator.integers(-2, 3, rank)
    return (factor * signs) @ factor.T


def eigenvalues():
    cases = []
    for name, size, rank, seed in [
        ("full rank, indefinite", 24, 24, 1),
        ("rank 3 of 20", 20, 3, 2),
        ("one by one", 1, 1, 3),
        ("two by two", 2, 2, 4),
        ("odd order", 17, 17, 5),
    ]:
        matrix = symmetric(size, rank, seed)
        cases.append(
            {
                "name": name,
                "size": size,
                "matrix": matrix.flatten().tolist(),
                "eigenvalues": numpy.linalg.eigvalsh(matrix.astype(float))[::-1].tolist(),
            }
        )
    write("eigenvalues", cases)


def vendi_scores():
    normal = numpy.random.default_rng(0).standard_normal((50, 8))
    unit = (normal / numpy.linalg.norm(normal, axis=1, keepdims=True)).astype(numpy.float32)
    exact = unit.astype(numpy.float64)
    write(
        "vendi",
        {
            "count": 50,
            "dimension": 8,
            "rows": [float(value) for value in unit.flatten()],
            "scores": {
                "0.5": float(vendi.score_dual(exact, q=0.5, normalize=True)),
                "1": float(vendi.score_dual(exact, q=1, normalize=True)),
                "2": float(vendi.score_dual(exact, q=2, normalize=True)),
                "7": float(vendi.score_dual(exact, q=7, normalize=True)),
                "Infinity": float(vendi.score_dual(exact, q="inf", normalize=True)),
            },
            "primal": float(vendi.score_X(exact, normalize=True)),
        },
    )


def unit_rows(whole):
    """Whole numbers scaled to unit norm in float32, so that a test makes the same rows from them."""
    return (whole / numpy.sqrt((whole * whole).sum(axis=1, keepdims=True))).astype(numpy.float32).astype(numpy.float64)


def vendi_parity():
    """score_K for all orders and weights: of the package's other forms score_X ignores q and score_dual has no weights."""
    cases = []
    for name, count, dimension, rank, seed in [
        ("one row", 1, 4, 4, 1),
        ("fewer rows than dimensions", 6, 20, 20, 2),
        ("a square", 12, 12, 12, 3),
        ("more rows than dimensions", 50, 7, 7, 4),
        ("rank 3 of 10", 30, 10, 3, 5),
        ("repeated rows", 18, 24, 24, 6),
    ]:
        generator = numpy.random.default_rng(seed)
        # Rank 3: rows with three entries that are not 0, so that float32 rounding keeps the rank.
        whole = numpy.zeros((count, dimension), dtype=int)
        whole[:, :rank] = generator.integers(1, 10, (count, rank)) * generator.choice([-1, 1], (count, rank))
        if name == "repeated rows":
            whole[9:] = whole[:9]
        draws = generator.integers(0, 9, count) + (numpy.arange(count) == 0)
        rows = unit_rows(whole)
        weights = draws / draws.sum()
        cases.append(
            {
                "name": name,
                "count": count,
                "dimension": dimension,
                "whole": whole.flatten().tolist(),
                "draws": draws.tolist(),
                "scores": [
                    {
                        "order": "Infinity" if q == "inf" else str(q),
                        "plain": float(score(rows, q, numpy.full(count, 1 / count))),
                        "weighted": float(score(rows, q, weights)),
                    }
                    for q in (0.5, 1, 2, "inf")
                ],
            }
        )
    write("vendi-parity", cases)


def score(rows, q, weights):
    """score_K; but at q = 0.5 of the eigenvalues that the rank allows, since the package counts rounding noise above 0
    too, and the square roots of noise add up to 1e-7."""
    kernel = rows @ rows.T / numpy.outer(*[numpy.linalg.norm(rows, axis=1)] * 2)
    if q != 0.5:
        return vendi.score_K(kernel, q=q, p=weights)
    rank = numpy.linalg.matrix_rank(rows[weights > 0])
    return numpy.exp(vendi.entropy_q(numpy.linalg.eigvalsh(vendi.weight_K(kernel, weights))[-rank:], q=q))


eigenvalues()
vendi_scores()
vendi_parity()
