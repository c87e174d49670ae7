"""Pairs of a reference answer and a response, labelled by how the response was made from it: rewritten, or spoilt.

    python scripts/golden/math_grader_pairs.py MATH_FOLDER PAIRS.jsonl

MATH_FOLDER holds math-train-answers.jsonl, olympiadbench.jsonl and gsm8k-test.jsonl. Every line of PAIRS.jsonl is
{id, kind, change, label, answer, response}. The draw is seeded: the same files give the same pairs.
"""
import json
import random
import re
import sys
from fractions import Fraction
from pathlib import Path

import sympy

MOST_PER_KIND = {"integer": 60, "fraction": 60, "decimal": 30, "surd": 45, "pi": 40, "tuple": 45, "interval": 40,
                 "union": 25, "list": 45, "polynomial": 55, "equation": 35, "complex": 30, "matrix": 30, "text": 25,
                 "numeral": 20, "percent": 20, "money": 20}
FRACTION = r"-?\\[dt]?frac\{-?\d+\}\{\d+\}"
NUMBER = rf"(?:-?\d+(?:\.\d+)?|{FRACTION})"
WRAPPERS = ["Therefore, the answer is $\\boxed{%s}$.", "\\[\\boxed{%s}\\]", "So we get\n\n$$\\boxed{%s}$$",
            "Check: it fits. The final answer is $\\boxed{%s}$"]


def kind_of(a):
    if re.fullmatch(r"-?\d{1,9}", a): return "integer"
    if re.fullmatch(FRACTION, a): return "fraction"
    if re.fullmatch(r"-?\d*\.\d+", a): return "decimal"
    if re.fullmatch(r"-?\d*\\sqrt\{\d+\}", a): return "surd"
    if re.fullmatch(r"\d+\\pi", a): return "pi"
    if re.fullmatch(r"\(-?(\d+|\\infty), ?(\d|-\d|\\infty)+\]|\[-?\d+, ?-?\d+[\])]|\[-?\d+, ?\\infty\)", a): return "interval"
    if re.fullmatch(rf"\({NUMBER}(, ?{NUMBER})+\)", a): return "tuple"
    if "\\cup" in a and re.fullmatch(r"[-\d\\a-z,()\[\] ]+", a): return "union"
    if re.fullmatch(rf"{NUMBER}(, ?{NUMBER})+", a) and not re.fullmatch(r"\d{1,3}(,\d{3})+", a): return "list"
    if re.fullmatch(r"-?\d+ ?[-+] ?\d*i", a): return "complex"
    if re.fullmatch(r"[-+ \d]*([a-z](\^\d)?[-+ \d]*)+", a) and re.search(r"\d ?[-+]|[a-z\d] ?[-+]", a) and "i" not in a: return "polynomial"
    if re.fullmatch(r"[-+ \dxyz^]+=[-+ \dxyz^]+", a) and a.count("=") == 1 and re.search("[xyz]", a): return "equation"
    if re.fullmatch(rf"\\begin{{pmatrix}}( ?{NUMBER} ?(&|\\\\)?)+\\end{{pmatrix}}", a): return "matrix"
    if re.fullmatch(r"\\text\{[A-Za-z]{4,}\}", a): return "text"
    if re.fullmatch(r"\d{2,}_\{?\d\}?", a): return "numeral"
    if re.fullmatch(r"\d+\\%", a): return "percent"
    if re.fullmatch(r"\\\$\d+(\.\d+)?", a): return "money"
    return None


def value(text):
    match = re.fullmatch(r"(-?)\\[dt]?frac\{(-?\d+)\}\{(\d+)\}", text)
    if not match: return Fraction(text)
    return Fraction(int(match[2]), int(match[3])) * (-1 if match[1] else 1)


def frac(v):
    return f"{'-' if v < 0 else ''}\\frac{{{abs(v.numerator)}}}{{{v.denominator}}}"


def plain(v):
    return str(v.numerator) if v.denominator == 1 else frac(v)


def terminating(v):
    d = v.denominator
    for p in (2, 5):
        while d % p == 0: d //= p
    return d == 1


def decimal(v, places=None):
    if places is None:
        places = next(p for p in range(60) if (v * 10**p).denominator == 1)
    scaled = round(v * 10**places)
    digits = str(abs(scaled)).rjust(places + 1, "0")
    return ("-" if scaled < 0 else "") + (digits[:-places] + "." + digits[-places:] if places else digits)


def other_form(text):
    """The same number written otherwise."""
    v = value(text)
    if v.denominator == 1: return f"\\frac{{{2 * v.numerator}}}{{2}}" if v > 0 else f"{v.numerator}.0"
    return decimal(v) if terminating(v) else f"{'-' if v < 0 else ''}{abs(v.numerator)}/{v.denominator}"


def split(text):
    return [item.strip() for item in text.split(",")]


def integer(a):
    n = int(a)
    yield "decimal point", True, f"{n}.0"
    yield "fraction", True, f"\\frac{{{3 * n}}}{{3}}"
    yield "sum", True, f"{n - 7}+7"
    yield "unit", True, f"{n}\\text{{ cm}}"
    yield "assignment", True, f"x = {n}"
    yield "degrees", True, f"{n}^\\circ"
    if abs(n) >= 1000:
        yield "thousands comma", True, f"{n:,}"
        yield "thousands space", True, f"{n:,}".replace(",", ",\\!")
    if n % 10 == 0 and n: yield "scientific", True, f"{n // 10} \\times 10^{{1}}"
    yield "off by one", False, str(n + 1)
    if n: yield "sign", False, str(-n)
    yield "near decimal", False, f"{n}.1"
    if n: yield "ten times", False, str(10 * n)
    if len(a) > 1 and a[-1] != a[-2] and n > 0: yield "digits swapped", False, a[:-2] + a[-1] + a[-2]


def fraction(a):
    v = value(a)
    if v.denominator == 1: return
    yield "slash", True, f"{v.numerator}/{v.denominator}"
    yield "dfrac", True, frac(v).replace("\\frac", "\\dfrac")
    yield "not reduced", True, f"\\frac{{{3 * v.numerator}}}{{{3 * v.denominator}}}"
    yield "sum", True, f"{plain(v - 1)} + 1"
    yield "times", True, f"{v.numerator} \\cdot \\frac{{1}}{{{v.denominator}}}" if v > 0 else f"-{-v.numerator} \\cdot \\frac{{1}}{{{v.denominator}}}"
    if terminating(v): yield "decimal", True, decimal(v)
    else:
        yield "decimal of 8 places", True, decimal(v, 8)
        yield "decimal of 3 places", False, decimal(v, 3)
    if v > 1: yield "mixed number", True, f"{v.numerator // v.denominator}\\frac{{{v.numerator % v.denominator}}}{{{v.denominator}}}"
    if v.numerator != v.denominator and v.numerator: yield "turned over", False, frac(1 / v)
    yield "numerator off by one", False, f"\\frac{{{v.numerator + 1}}}{{{v.denominator}}}"
    yield "denominator off by one", False, f"\\frac{{{v.numerator}}}{{{v.denominator + 1}}}"
    yield "sign", False, frac(-v)


def decimal_kind(a):
    v = Fraction(a)
    yield "trailing zero", True, a + "0"
    yield "fraction", True, frac(v)
    yield "unit", True, a + "\\text{ meters}"
    last = Fraction(1, 10 ** len(a.split(".")[1]))
    yield "last digit", False, decimal(v + last, len(a.split(".")[1]))
    yield "point moved", False, decimal(v * 10)
    yield "sign", False, decimal(-v)


def surd(a):
    sign, times, inside = re.fullmatch(r"(-?)(\d*)\\sqrt\{(\d+)\}", a).groups()
    m, n = int(times or 1), int(inside)
    yield "under the root", True, f"{sign}\\sqrt{{{m * m * n}}}"
    yield "power", True, f"{sign}{m} \\cdot {n}^{{1/2}}"
    yield "plain text", True, f"{sign}{m}*sqrt({n})"
    yield "root below", True, f"{sign}\\frac{{{m * n}}}{{\\sqrt{{{n}}}}}"
    exact = m * sympy.sqrt(n) * (-1 if sign else 1)
    yield "decimal of 10 places", True, str(exact.evalf(10 + len(str(int(abs(exact)))))) if not exact.is_rational else f"{exact}"
    if not exact.is_rational: yield "decimal of 2 places", False, f"{float(exact):.2f}"
    yield "root off by one", False, f"{sign}{times}\\sqrt{{{n + 1}}}"
    yield "factor off by one", False, f"{sign}{m + 1}\\sqrt{{{n}}}"
    yield "sign", False, f"{'' if sign else '-'}{times}\\sqrt{{{n}}}"
    yield "cube root", False, f"{sign}{times}\\sqrt[3]{{{n}}}"


def pi(a):
    n = int(a[:-3])
    yield "order", True, f"\\pi \\cdot {n}"
    yield "fraction", True, f"\\frac{{{2 * n}\\pi}}{{2}}"
    yield "plain text", True, f"{n}*pi"
    yield "unit", True, f"{n}\\pi\\text{{ square units}}"
    yield "off by one", False, f"{n + 1}\\pi"
    yield "without pi", False, str(n)
    yield "near decimal", False, f"{3.14 * n:.2f}"
    yield "squared", False, f"{n}\\pi^2"


def tuple_kind(a):
    items = split(a[1:-1])
    changed = [other_form(items[0])] + items[1:]
    yield "left and right", True, "\\left( " + " , ".join(items) + " \\right)"
    yield "other form", True, f"({', '.join(changed)})"
    if len(set(items)) > 1: yield "swapped", False, f"({', '.join(items[::-1])})" if items != items[::-1] else f"({', '.join(items[1:] + items[:1])})"
    yield "off by one", False, f"({', '.join([plain(value(items[0]) + 1)] + items[1:])})"
    if value(items[-1]): yield "sign", False, f"({', '.join(items[:-1] + [plain(-value(items[-1]))])})"
    yield "one more", False, f"({', '.join(items + ['0'])})"
    yield "square brackets", False, f"[{', '.join(items)}]"


def interval(a):
    low, high = split(a[1:-1])
    yield "left and right", True, f"\\left{a[0]}{low},\\,{high}\\right{a[-1]}"
    yield "member", True, f"x \\in {a}"
    end = low if "infty" in high else high
    if "infty" not in end:
        moved = str(int(end) + 1)
        yield "end off by one", False, a.replace(end, moved, 1) if end == low else f"{a[0]}{low}, {moved}{a[-1]}"
    if "infty" not in low: yield "other bracket", False, ("(" if a[0] == "[" else "[") + a[1:]
    if "infty" not in high: yield "other closing bracket", False, a[:-1] + (")" if a[-1] == "]" else "]")
    if "infty" not in a:
        yield "fraction ends", True, f"{a[0]}\\frac{{{2 * int(low)}}}{{2}}, {high}{a[-1]}"


def union(a):
    parts = [part.strip() for part in a.split("\\cup")]
    yield "order", True, " \\cup ".join(parts[::-1])
    yield "left and right", True, "\\cup".join(part.replace("(", "\\left(", 1) if part[0] == "(" else part.replace("[", "\\left[", 1) for part in parts).replace(")", "\\right)").replace("]", "\\right]")
    yield "one less", False, " \\cup ".join(parts[1:])
    first = parts[0]
    yield "other bracket", False, " \\cup ".join([first[:-1] + (")" if first[-1] == "]" else "]")] + parts[1:])


def list_kind(a):
    items = split(a)
    if len(set(items)) < len(items): return
    yield "order", True, ", ".join(items[::-1])
    yield "set", True, "\\{" + ", ".join(items) + "\\}"
    yield "and", True, ", ".join(items[:-1]) + " \\text{ and } " + items[-1]
    yield "other form", True, ", ".join([other_form(items[0])] + items[1:])
    yield "one less", False, ", ".join(items[1:])
    yield "off by one", False, ", ".join([plain(value(items[0]) + 1)] + items[1:]) if plain(value(items[0]) + 1) not in items else ", ".join(items + ["1000"])
    if value(items[-1]) and plain(-value(items[-1])) not in items: yield "sign", False, ", ".join(items[:-1] + [plain(-value(items[-1]))])


def as_sympy(text):
    spaced = re.sub(r"(?<=[\da-z])\s*(?=[a-z])", "*", text.replace("^", "**").replace("{", "(").replace("}", ")"))
    return sympy.sympify(spaced, locals={letter: sympy.Symbol(letter) for letter in "abcdefghjklmnopqrstuvwxyzESINOQ"}, evaluate=True)


def polynomial(a):
    p = as_sympy(a)
    if not p.free_symbols: return
    letter = sorted(p.free_symbols, key=str)[0]
    terms = sympy.Add.make_args(sympy.expand(p))
    yield "terms turned", True, " + ".join(f"({sympy.latex(t)})" for t in reversed(terms))
    yield "factored", True, sympy.latex(sympy.factor(p)) if sympy.factor(p) != p else f"2\\left(\\frac{{{a}}}{{2}}\\right)"
    yield "shifted", True, sympy.latex(sympy.expand(p.subs(letter, letter + 1)).subs(letter, sympy.Symbol("T"))).replace("T", f"({letter}-1)")
    yield "over two", True, f"\\frac{{{sympy.latex(sympy.expand(2 * p))}}}{{2}}"
    yield "plain text", True, str(p)
    yield "constant off by one", False, sympy.latex(sympy.expand(p + 1))
    yield "sign of a term", False, sympy.latex(sympy.expand(p - 2 * terms[-1]))
    yield "exponent", False, sympy.latex(sympy.expand(p - terms[0] + terms[0] * letter))
    yield "all signs", False, sympy.latex(sympy.expand(-p))


def equation(a):
    left, right = [as_sympy(side) for side in a.split("=")]
    yield "sides turned", True, f"{sympy.latex(right)} = {sympy.latex(left)}"
    yield "one side", True, f"{sympy.latex(sympy.expand(left - right))} = 0"
    yield "doubled", True, f"{sympy.latex(sympy.expand(2 * left))} = {sympy.latex(sympy.expand(2 * right))}"
    yield "right off by one", False, f"{sympy.latex(left)} = {sympy.latex(sympy.expand(right + 1))}"
    if left and right: yield "sign", False, f"{sympy.latex(left)} = {sympy.latex(sympy.expand(-right))}"


def complex_kind(a):
    real, sign, size = re.fullmatch(r"(-?\d+) ?([-+]) ?(\d*)i", a).groups()
    yield "order", True, f"{'-' if sign == '-' else ''}{size}i {'' if real[0] == '-' else '+'}{real}"
    yield "times", True, f"{real} {sign} {size or 1} \\cdot i"
    yield "as a quotient", True, f"\\frac{{{2 * int(real)} {sign} {2 * int(size or 1)}i}}{{2}}"
    yield "conjugate", False, f"{real} {'+' if sign == '-' else '-'} {size}i"
    yield "off by one", False, f"{int(real) + 1} {sign} {size}i"
    if real.lstrip('-') != (size or "1"): yield "parts swapped", False, f"{size or 1} {sign} {real.lstrip('-')}i"


def matrix(a):
    body = re.fullmatch(r"\\begin\{pmatrix\}(.*)\\end\{pmatrix\}", a)[1]
    rows = [[cell.strip() for cell in row.split("&")] for row in body.split("\\\\") if row.strip()]
    def write(rows, name="pmatrix"): return f"\\begin{{{name}}}" + " \\\\ ".join(" & ".join(row) for row in rows) + f"\\end{{{name}}}"
    yield "square brackets", True, write(rows, "bmatrix")
    yield "other form", True, write([[other_form(rows[0][0])] + rows[0][1:]] + rows[1:])
    yield "off by one", False, write([[plain(value(rows[0][0]) + 1)] + rows[0][1:]] + rows[1:])
    turned = [list(column) for column in zip(*rows)]
    if turned != rows: yield "transposed", False, write(turned)
    if rows != rows[::-1]: yield "rows swapped", False, write(rows[::-1])


def text(a):
    word = a[6:-1]
    yield "bare", True, word
    yield "lower case", True, f"\\text{{{word.lower()}}}"
    yield "bold", True, f"\\textbf{{{word}}}"
    yield "another word", False, "\\text{%s}" % ("perpendicular" if word.lower() != "perpendicular" else "parallel")
    yield "a number", False, "7"


def numeral(a):
    digits, base = re.fullmatch(r"(\d+)_\{?(\d)\}?", a).groups()
    yield "braces", True, f"{digits}_{{{base}}}"
    yield "without base", True, digits
    yield "off by one", False, f"{int(digits) + 1}_{{{base}}}"
    yield "in ten", False, str(int(digits, int(base))) if all(int(d) < int(base) for d in digits) else "999999"


def percent(a):
    n = int(a[:-2])
    yield "without sign", True, str(n)
    yield "word", True, f"{n}\\text{{ percent}}"
    yield "decimal point", True, f"{n}.0\\%"
    yield "off by one", False, f"{n + 1}\\%"
    yield "ten times", False, f"{10 * n}\\%"


def money(a):
    v = Fraction(a[2:])
    yield "without sign", True, a[2:]
    yield "word", True, a[2:] + "\\text{ dollars}"
    yield "fraction", True, plain(v)
    yield "one more", False, f"\\${decimal(v + 1)}"
    yield "sign", False, f"-\\${a[2:]}"


MAKERS = {"integer": integer, "fraction": fraction, "decimal": decimal_kind, "surd": surd, "pi": pi, "tuple": tuple_kind,
          "interval": interval, "union": union, "list": list_kind, "polynomial": polynomial, "equation": equation,
          "complex": complex_kind, "matrix": matrix, "text": text, "numeral": numeral, "percent": percent, "money": money}


def answers(folder):
    found = [json.loads(line)["answer"] for line in open(folder / "math-train-answers.jsonl")]
    for line in open(folder / "olympiadbench.jsonl"):
        final = json.loads(line)["final_answer"]
        if final and len(final) == 1: found.append(final[0].strip("$"))
    found += [json.loads(line)["answer"].split("####")[1].strip().replace(",", "") for line in open(folder / "gsm8k-test.jsonl")]
    return sorted(set(answer.strip() for answer in found))


def main(folder, target):
    random.seed(20)
    by_kind = {kind: [] for kind in MAKERS}
    for answer in answers(Path(folder)):
        kind = kind_of(answer)
        if kind: by_kind[kind].append(answer)
    count = 0
    with open(target, "w") as out:
        for kind, found in by_kind.items():
            random.shuffle(found)
            for answer in found[: MOST_PER_KIND[kind]]:
                for change, label, written in [("same", True, answer), *MAKERS[kind](answer)]:
                    response = WRAPPERS[count % len(WRAPPERS)] % written
                    count += 1
                    out.write(json.dumps({"id": count, "kind": kind, "change": change, "label": label, "answer": answer,
                                          "written": written, "response": response}) + "\n")
    print(f"{count} pairs of {', '.join(f'{kind} {min(len(v), MOST_PER_KIND[kind])}' for kind, v in by_kind.items())}")


if __name__ == "__main__":
    main(*sys.argv[1:])
