"""Makes test/golden/text/*.json: hashes of mmh3, and texts as datatrove simplifies them. In any Python 3.10+ environment:
    pip install datatrove mmh3 && python scripts/golden/text.py
"""

import json
import pathlib

import mmh3
from datatrove.utils.text import simplify_text

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "text"

TEXTS = [
    "Janet's ducks lay 16 eggs per day. She eats three for breakfast every morning!",
    "A robe takes 2 bolts of blue fiber and half that much white fiber.  How many bolts in total does it take?",
    "It costs $1,234,567.89 (or 12.5% more); 3.14.15 is no number, nor is v2.",
    "x2y, 3x^2 + 2x - 7 = 0, a_1 and 10km",
    "Find $\\frac{1}{2}x^2$ when $x \\ge 3$.",
    "Caf\u00e9 cre\u0301me, \u00dcber \u00c5ngstr\u00f6m na\u00efve",
    "\u201cQuotes\u201d \u2014 and dashes \u2013 and \u2026 dots",
    "tab\tnew\nline\r\n  many   blanks ",
    "Weighs \u0661\u0662\u066b\u0665 or 1\u060c2 units",
    "5 \u00d7 3 = 15 and 10 \u00f7 2",
    "UPPER lower MiXeD",
    "...",
    "",
    "don't stop; it's 5 o'clock",
    "e-mail: a.b@c.org/path?x=1&y=2#z",
    "line~with`odd^signs|and\\slashes{braces}[brackets]<angles>",
]


def write(name, value):
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(value, indent=1) + "\n")


def hashes():
    texts = ["abcdefghijklmnopqrstuvwxyz"[:length] for length in range(27)] + ["\u00e9\u4e2d\U0001f600"] + TEXTS
    return [{"text": text, "bytes": mmh3.hash_bytes(text.encode("utf-16-le"), x64arch=False).hex()} for text in texts]


def main():
    write("murmur", hashes())
    write("folded-words", [{"text": text, "words": simplify_text(text).split()} for text in TEXTS])


main()
