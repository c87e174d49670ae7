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


eigenvalues()
vendi_scores()
