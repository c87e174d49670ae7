"""Verdicts of Math-Verify (reference first) and of SymPy on pairs of math_grader_pairs.py.

    python scripts/golden/math_grader_verdicts.py PAIRS.jsonl VERDICTS.jsonl

SymPy's is simplify(a - b) == 0 for two expressions or matrices, or |a - b| < 5e-7 where one is a decimal of six places
and more. SymPy knows no units and no currency: these are taken off first, and text without a backslash is read by
sympify. Null where it does not read both sides as expressions or matrices, or takes over 5 seconds. `sympyBare` is the same
without taking off anything and with simplify alone. Tried with math-verify 0.9.0 and SymPy 1.14.0.
"""
import json
import re
import signal
import sys
import time
from importlib.metadata import version

import sympy
from latex2sympy2_extended import latex2sympy
from math_verify import parse, verify


class Overrun(Exception):
    pass


def overrun(*_):
    raise Overrun


def math_verify(answer, response):
    return bool(verify(parse(f"${answer}$"), parse(response)))


def read(text):
    value = sympy.sympify(text) if "*" in text and "\\" not in text else latex2sympy(text)
    if isinstance(value, sympy.MatrixBase): return value
    if isinstance(value, sympy.Expr) and not value.has(sympy.Integral): return value
    return None


def undressed(text):
    bare = re.sub(r"(?<=[\d}i%])\s*\\text\{[^{}]*\}$", "", text)
    return re.sub(r"\\[$%]", "", bare).replace("^\\circ", "")


def equal(a, b, tolerance):
    if simplify_is_zero(a - b): return True
    decimals = [f for f in (a, b) if isinstance(f, sympy.Float) and abs(sympy.Rational(str(f)).q) >= 10**5]
    return bool(tolerance and decimals and abs((a - b).evalf()) < 5e-7)


def simplify_is_zero(difference):
    return bool(sympy.simplify(difference) == 0)


def by_sympy(answer, written, bare):
    signal.signal(signal.SIGALRM, overrun)
    signal.alarm(5)
    try:
        a, b = (latex2sympy(answer), latex2sympy(written)) if bare else (read(undressed(answer)), read(undressed(written)))
        if not all(isinstance(v, (sympy.Expr, sympy.MatrixBase)) for v in (a, b)): return None
        if isinstance(a, sympy.MatrixBase) != isinstance(b, sympy.MatrixBase): return False
        if isinstance(a, sympy.MatrixBase):
            return a.shape == b.shape and sympy.simplify(a - b) == sympy.zeros(*a.shape)
        return equal(a, b, tolerance=not bare)
    except Exception:
        return None
    finally:
        signal.alarm(0)


def main(pairs, target):
    slowest = 0.0
    with open(target, "w") as out:
        for line in open(pairs):
            pair = json.loads(line)
            started = time.perf_counter()
            verified = math_verify(pair["answer"], pair["response"])
            seconds = time.perf_counter() - started
            slowest = max(slowest, seconds)
            out.write(json.dumps({"id": pair["id"], "mathVerify": verified, "seconds": round(seconds, 4),
                                  "sympy": by_sympy(pair["answer"], pair["written"], bare=False),
                                  "sympyBare": by_sympy(pair["answer"], pair["written"], bare=True)}) + "\n")
    print(f"math-verify {version('math-verify')}, sympy {sympy.__version__}; slowest pair of math-verify {slowest:.2f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
